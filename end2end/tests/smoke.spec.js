// The built site loads anywhere, without a complaint, and has nothing inline.
import { expect, open, test } from "../site.js";

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
