// The built site loads anywhere, without a complaint, and has nothing inline.
import { axeFindings, expect, open, test } from "../site.js";

test("the page starts without a complaint", async ({ page }) => {
  await open(page);
  await expect(page).toHaveTitle(/Sync or Swim/);
});

test("the page names a web worker that is there", async ({ page, request }) => {
  await page.goto("./");
  const name = await page.locator('meta[name="backend"]').getAttribute("content");
  expect(name).toMatch(/^\.\/backend-[0-9a-f]{16}\.js$/);
  expect((await request.get(name)).status()).toBe(200);
});

test("no script is inline", async ({ request }) => {
  const html = await (await request.get("./")).text();
  expect(html).toContain("Content-Security-Policy");
  expect(html.match(/<script(?![^>]* src=)/g)).toBeNull();
  expect(html).not.toMatch(/\s(href|src)="\//);
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page);
    expect(await axeFindings(page)).toEqual([]);
  });
}

test("axe finds nothing in forced colours, with a node selected", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await open(page);
  await page.locator('.topology [data-node="orders"]').click();
  await expect(page.getByRole("textbox", { name: "threads" })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
});
