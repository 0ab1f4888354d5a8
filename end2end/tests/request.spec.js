// One request, everywhere: pinned from the lanes or from the ranking, with the figures of the command line.
import { expect, open, test } from "../site.js";
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const swim = process.env.SWIM ?? "../target/debug/swim";

async function measured(page) {
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
}

/** What `swim trace` tells of the scenario on the desk: a title and the sentences. */
async function told(page, ...words) {
  const text = await page.getByRole("textbox", { name: "Scenario as JSON" }).inputValue();
  const file = join(mkdtempSync(join(tmpdir(), "swim-")), "scenario.json");
  writeFileSync(file, text);
  const [title, ...lines] = execFileSync(swim, ["trace", file, ...words], { encoding: "utf8" }).trim().split("\n");
  return { title, lines: lines.map((line) => line.replace(/^\d+\. /, "")) };
}

function panel(page) {
  return page.getByRole("region", { name: "Request", exact: true });
}

async function take(page, name) {
  await panel(page).getByRole("button", { name, exact: true }).click();
}

/** The page's words for the pinned request. */
async function story(page) {
  await take(page, "Story");
  return panel(page).locator('[data-test="story"] li').allInnerTexts();
}

test("the slowest request has the figures that swim trace gives", async ({ page }) => {
  await open(page);
  await measured(page);
  await take(page, "Slowest");
  const slowest = await told(page);
  await expect(panel(page).locator('[data-test="request"]')).toHaveText(slowest.title);
  await expect(panel(page).locator('[data-test="place"]')).toContainText("1 of the 40 slowest");
  await take(page, "Story");
  await expect.poll(() => story(page)).toEqual(slowest.lines);
  await expect(panel(page).locator('[data-test="blame"]')).toHaveText(slowest.lines.at(-1));
  await expect(panel(page).locator('[data-test="outcome"]')).toHaveText(slowest.lines.at(-2));

  await take(page, "Slowest");
  const second = await told(page, "--rank", "2");
  await expect(panel(page).locator('[data-test="request"]')).toHaveText(second.title);
  await expect.poll(() => story(page)).toEqual(second.lines);
  await take(page, "Slower");
  await expect(panel(page).locator('[data-test="request"]')).toHaveText(slowest.title);
});

test("by keys: pin, see as waterfall, sequence and story, let go", async ({ page }) => {
  await open(page);
  await measured(page);
  await panel(page).getByRole("button", { name: "Slowest", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("region", { name: /^Waterfall of request \d+ of shoppers/ })).toBeVisible();
  await expect(panel(page).getByRole("button", { name: "Slowest", exact: true })).toBeFocused();
  for (const [name, shown] of [
    ["Sequence", /^Sequence diagram of request/],
    ["Waterfall", /^Waterfall of request/],
  ]) {
    await panel(page).getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
    await expect(panel(page).getByRole("region", { name: shown })).toBeVisible();
    await expect(panel(page).getByRole("button", { name, exact: true })).toBeFocused();
    await expect(panel(page).getByRole("button", { name, exact: true })).toHaveAttribute("aria-pressed", "true");
  }
  await page.keyboard.press("Escape");
  await expect(panel(page).locator('[data-test="request"]')).toHaveCount(0);
});

test("a click in the lanes pins a request, and the topology lights its edges", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await measured(page);
  await page.locator(".rows").focus();
  await page.keyboard.press("ArrowRight");
  await expect(panel(page).locator('[data-test="request"]')).toHaveText(/^request \d+ of shoppers/);
  await expect(page.locator('.topology [data-edge="shoppers->gateway"].lit, .topology [data-edge^="shoppers->"].lit').first()).toBeVisible();
  // A call under the pointer lights its edge.
  await panel(page).locator("[data-segment]").first().hover();
  await expect(page.locator(".topology .near")).toHaveCount(1);
  await page.locator("h1").hover();
  await expect(page.locator(".topology .near")).toHaveCount(0);
  await take(page, "Let go");
  await expect(page.locator(".topology .lit")).toHaveCount(0);
});

test("what is known of a request stays while the play head goes on", async ({ page }) => {
  await open(page);
  await measured(page);
  await take(page, "Slowest");
  const title = await panel(page).locator('[data-test="request"]').innerText();
  const before = await story(page);
  await page.locator('[data-test="scrub"]').focus();
  await page.keyboard.press("End");
  await page.keyboard.press("PageDown");
  await expect(panel(page).locator('[data-test="request"]')).toHaveText(title);
  expect(await story(page)).toEqual(before);
});

test("a random request can be looked at, and another one after it", async ({ page }) => {
  await open(page);
  await measured(page);
  const titles = new Set();
  for (let draws = 0; draws < 6; draws++) {
    await take(page, "Random");
    titles.add(await panel(page).locator('[data-test="request"]').innerText());
  }
  expect(titles.size).toBeGreaterThan(1);
});

test("a pinned request is no wider than a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await measured(page);
  await take(page, "Slowest");
  await expect(panel(page).locator('[data-test="request"]')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
