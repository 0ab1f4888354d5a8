// Links: what they lead to, the sheet that makes them, and what becomes of wrong ones.
import { axeFindings, expect, open, test } from "../site.js";
import { readFileSync } from "node:fs";

function editor(page) {
  return page.getByRole("textbox", { name: "Scenario as JSON or YAML" });
}

/** The sheet by which the scenario is shared. */
async function sheet(page) {
  await page.getByRole("button", { name: "Share" }).click();
  return page.getByRole("dialog", { name: "Share" });
}

function golden(name) {
  return readFileSync(new URL(`../../tests/data/links/${name}`, import.meta.url), "utf8").trim();
}

test("a link leads to its scenario, its run and its instant, and one step back", async ({ page }) => {
  await open(page, golden("seed-and-instant.link"));
  await expect(page.locator('[data-test="gallery"]')).toHaveValue("chain");
  await expect(page.locator('[data-choice="seed"]')).toHaveValue("9007199254740993");
  await expect(page.locator('[data-test="head"]')).toHaveText("3.4200 s");
  await expect(page.locator('[data-test="play"]')).toHaveAccessibleName("Play");

  await page.evaluate((hash) => (location.hash = hash), golden("saga.link"));
  await expect(editor(page)).toHaveValue(/"saga"/);
  await expect(page.locator(".notices")).toContainText("Opened the link");
  await page.getByRole("button", { name: "Undo" }).first().click();
  await expect(editor(page)).not.toHaveValue(/"saga"/);
});

test("what is shared opens elsewhere as what it was", async ({ page, context, browserName }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await page.locator('[data-edge="orders->email"]').first().click();
  await expect(editor(page)).toHaveValue(/"to": "email", "mode": "sync"/);
  await page.locator('[data-choice="seed"]').fill("11");
  await page.locator('[data-choice="seed"]').blur();
  const text = await editor(page).inputValue();
  await page.keyboard.press("Escape");
  await page.locator('[data-test="play"]').click();

  const share = await sheet(page);
  const link = await share.getByRole("textbox", { name: "Link" }).inputValue();
  expect(link.length).toBeLessThan(200);
  for (const name of ["link", "markdown", "element", "frame"]) await expect(share.locator(`[data-test=${name}]`)).not.toHaveValue("");
  expect(await axeFindings(page, "dialog[open]")).toEqual([]);
  await share.getByRole("button", { name: "Copy Link" }).click();
  await expect(share.locator('[data-test="copied"]')).toHaveText("Copied.");
  await share.getByRole("button", { name: "Copy lanes" }).click();
  await expect(share.locator('[data-test="copied"]')).toHaveText("Copied.");
  const size = () =>
    page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      if (!item.types.includes("image/png")) return 0;
      const image = await createImageBitmap(await item.getType("image/png"));
      return Math.min(image.width / 1500, image.height / 400);
    });
  await expect.poll(size).toBeGreaterThan(1);
  await share.getByRole("button", { name: "Copy Link" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await share.getByRole("button", { name: "Close" }).click();

  const head = await page.locator('[data-test="head"]').textContent();
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.locator('[data-choice="seed"]')).toHaveValue("11");
  await expect(other.locator('[data-test="head"]')).toHaveText(head);
  const said = await other.getByRole("textbox", { name: "Scenario as JSON or YAML" }).inputValue();
  expect(JSON.parse(said)).toEqual(JSON.parse(text));
});

test("a long link says so and offers a file", async ({ page }) => {
  await open(page);
  await expect(editor(page)).toHaveValue(/Checkout/);
  const noise = Array.from({ length: 9000 }, (_, index) => ((index * 2654435761) % 1679616).toString(36)).join("");
  const text = JSON.parse(await editor(page).inputValue());
  await editor(page).fill(JSON.stringify({ ...text, about: noise }));
  const share = await sheet(page);
  await expect(share.getByRole("alert")).toContainText("Links of more than 8000 characters");
  const coming = page.waitForEvent("download");
  await share.getByRole("alert").getByRole("button").click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe("checkout.json");
  expect(readFileSync(await download.path(), "utf8")).toContain(noise);
});

for (const [hash, told] of [
  ["#ex=nothing", "there is no example “nothing”"],
  ["#s=2.z.AAAA", "a form “2.z.” that is not known here"],
  ["#s=1.d.AAAA", "it is damaged"],
  ["#ex=chain&at=soon", "its at is “soon”"],
])
  test(`the link ${hash} is refused in a sentence`, async ({ page }) => {
    await open(page, hash);
    await expect(page.locator(".notices")).toContainText(told);
    await expect(editor(page)).toHaveValue(/Checkout/);
  });
