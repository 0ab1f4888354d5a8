// Time in a reader's hand: marks, steps of one request or service, both runs on one clock, and every command by its name.
import { axeFindings, expect, open, test } from "../site.js";
import { readFileSync } from "node:fs";

async function measured(page) {
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
}

/** The simulated seconds that the page shows. */
async function head(page) {
  return parseFloat(await page.locator('[data-test="head"]').innerText());
}

function lanes(page) {
  return page.getByRole("application", { name: /^Lanes of all workers/ });
}

/** A page that stands still, with all its figures. */
async function still(page) {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await measured(page);
}

test("an instant is marked, found again from either side, and its mark is taken away", async ({ page }) => {
  await still(page);
  const marks = page.getByRole("list", { name: "Marks" }).getByRole("button");
  await page.keyboard.press("b");
  const first = await head(page);
  for (let step = 0; step < 3; step += 1) await page.keyboard.press(".");
  await page.keyboard.press("b");
  const second = await head(page);
  expect(second).toBeGreaterThan(first);
  await expect(marks).toHaveText([`⚑ ${first.toFixed(4)} s`, `⚑ ${second.toFixed(4)} s`]);
  await page.keyboard.press("<");
  expect(await head(page)).toBe(first);
  await page.keyboard.press("<");
  expect(await head(page)).toBe(first);
  await page.keyboard.press(">");
  expect(await head(page)).toBe(second);
  await page.keyboard.press("b");
  await expect(marks).toHaveCount(1);
  await page.keyboard.press(".");
  await marks.first().click();
  expect(await head(page)).toBe(first);
});

test("steps lead to the events of the pinned request, or of the selected service, alone", async ({ page }) => {
  await still(page);
  await lanes(page).focus();
  await page.keyboard.press("ArrowRight");
  const said = page.locator('[data-test="selected"]');
  await expect(said).not.toBeEmpty();
  const strides = page.getByRole("combobox", { name: "Step to" });
  const start = await head(page);
  /** The places of so many steps from the same start. */
  const places = async (stride) => {
    await strides.selectOption(stride);
    await page.getByRole("list", { name: "Marks" }).getByRole("button").first().click();
    expect(await head(page)).toBe(start);
    const places = [];
    for (let step = 0; step < 6; step += 1) {
      await page.getByRole("button", { name: "Next event" }).click();
      places.push(await head(page));
    }
    return places;
  };
  await page.keyboard.press("b");
  const [any, ofRequest, ofService] = [await places("event"), await places("request"), await places("service")];
  for (const some of [ofRequest, ofService]) {
    expect(some).toEqual([...some].sort((a, b) => a - b));
    // Fewer events are farther apart.
    expect(some.at(-1)).toBeGreaterThan(any.at(-1));
  }
  expect(ofRequest).not.toEqual(ofService);
});

test("the lanes before a flip stand above those of now, and a request lights up in both", async ({ page }) => {
  await still(page);
  const compare = page.getByRole("button", { name: "Compare", exact: true });
  await expect(compare).toBeDisabled();
  const past = page.getByRole("img", { name: /^Lanes before the last change/ });
  await page.getByRole("button", { name: /^orders to email: queue/ }).click();
  await measured(page);
  await compare.click();
  await expect(compare).toHaveAttribute("aria-pressed", "true");
  await expect(past).toBeVisible();
  await page.getByText("The lanes in words").click();
  const doings = page.locator('[data-test="doings"] tbody th');
  for (let step = 0; step < 8; step += 1) await page.keyboard.press(".");
  await expect(doings.filter({ hasText: /^before: / }).first()).toBeVisible();
  await expect(doings.filter({ hasNotText: /^before: / }).first()).toBeVisible();
  /** Whether a canvas shows the same as before. */
  const picture = (selector) => page.locator(selector).evaluate((canvas) => canvas.toDataURL());
  const before = [await picture(".past canvas"), await picture(".rows canvas")];
  expect(before[0]).not.toBe(before[1]);
  // What is under the pointer in the lanes before is named, and lit up in both.
  const tip = page.locator("p.tip");
  const box = await page.locator(".past canvas").boundingBox();
  await expect(async () => {
    for (let x = box.width - 20; x > 100 && !(await tip.isVisible()); x -= 15) await page.mouse.move(box.x + x, box.y + 30);
    await expect(tip).toBeVisible();
  }).toPass();
  await expect(tip).toHaveText(/ (ms|µs)/);
  await expect.poll(() => picture(".past canvas")).not.toBe(before[0]);
  await page.mouse.move(5, 5);
  await expect(tip).toBeHidden();
  await expect.poll(() => picture(".past canvas")).toBe(before[0]);
  // A picture of both runs has both.
  await page.locator(".lanes .menu summary").click();
  const coming = page.waitForEvent("download");
  await page.locator(".lanes .menu").getByRole("button", { name: "As SVG" }).click();
  const svg = readFileSync(await (await coming).path(), "utf8");
  expect(svg.match(/before the change/g)).toHaveLength(1);
  expect(svg.match(/>orders</g)).toHaveLength(2);
  await page.getByRole("button", { name: "Random", exact: true }).click();
  await expect(page.locator('[data-test="request"]')).toBeVisible();
  await expect.poll(() => picture(".past canvas")).not.toBe(before[0]);
  expect(await axeFindings(page)).toEqual([]);
  await compare.click();
  await expect(past).toBeHidden();
  // Another scenario has no past.
  await page.getByRole("combobox", { name: "Scenario" }).selectOption("chain");
  await measured(page);
  await expect(compare).toBeDisabled();
});

test("a command is found by a part of its name and carried out by Enter", async ({ page }) => {
  await still(page);
  await page.keyboard.press("Control+k");
  const sheet = page.getByRole("dialog", { name: "Commands" });
  await expect(sheet).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.type("email flip");
  await expect(sheet.getByRole("button")).toHaveText([/^Flip orders to email: sync/]);
  await page.keyboard.press("Enter");
  await expect(sheet).toBeHidden();
  await expect(page.getByRole("button", { name: /^orders to email: sync/ })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("theme");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(sheet.getByRole("button", { name: "Theme: Dark" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator(".playground")).toHaveClass(/dark/);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("nothing is called that");
  await expect(sheet.getByRole("status")).toHaveText("0 commands");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  // Typing into the scenario keeps its keys, but this one.
  await page.getByRole("textbox", { name: "Scenario as JSON" }).focus();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("open users");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Scenario" })).toHaveValue("closed");
});
