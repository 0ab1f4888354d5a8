// Twenty playgrounds on one page of a host, the built ones: nobody who scrolls has to wait, and what is out of view rests.
import { expect, test } from "../site.js";
import { HOST, POLICY, SITE, frame, serve, show } from "../host.js";

const element = (page, nth) => page.locator("sync-or-swim").nth(nth);

/** Remembers tasks of a document that keep others waiting for more than 50 ms. */
const watch = (target) =>
  target.evaluate(() => {
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ entryTypes: ["longtask"] });
  });
const long = (target) => target.evaluate(() => window.long);

async function open(page, nth) {
  await element(page, nth).getByRole("button").click();
  await expect(element(page, nth).getByRole("button")).toHaveCount(0);
  await expect((await frame(page, nth)).locator('[data-test="measured"]')).toHaveText(/^whole run of/);
}

test.describe("scrolling", () => {
  // A busy machine may hold up any task once; a page that is slow is slow each time.
  test.describe.configure({ retries: 2 });
  for (const [where, origin] of [["of another origin", SITE], ["of the page's own origin", HOST]])
    test(`a page with twenty playgrounds ${where} scrolls without a long task`, async ({ page }) => {
      await serve(page, origin, ["../dist", "element"]);
      const policy = POLICY.replaceAll(SITE, origin);
      await show(page, `<sync-or-swim view="topology"></sync-or-swim><p>Between</p>`.repeat(20), policy, "", origin);
      for (const nth of [0, 1, 2]) await open(page, nth);
      await page.evaluate(() => scrollTo(0, 0));
      await watch(page);
      await page.mouse.move(20, 20);
      for (let turn = 0; turn < 60; turn += 1) {
        await page.mouse.wheel(0, 300);
        await page.evaluate(() => new Promise(requestAnimationFrame));
      }
      await expect(element(page, 19)).toBeInViewport();
      expect(await long(page)).toEqual([]);
    });
});

test("a playground that is scrolled out of view stands still, and goes on when it is back", async ({ page }) => {
  await serve(page, SITE, ["../dist", "element"]);
  await show(page, `<sync-or-swim></sync-or-swim>${"<p>Below</p>".repeat(200)}`);
  await open(page, 0);
  await page.evaluate(() => {
    window.instants = [];
    document.querySelector("sync-or-swim").addEventListener("state", ({ detail }) => window.instants.push(detail.at));
  });
  const instants = () => page.evaluate(() => window.instants.splice(0));
  const frames = async (count) => {
    for (let turn = 0; turn < count; turn += 1) await page.evaluate(() => new Promise(requestAnimationFrame));
  };
  await expect.poll(async () => (await instants()).length).toBeGreaterThan(0);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  // What was under way when it fell asleep arrives; then nothing, where an awake one tells an instant every second.
  await frames(30);
  await instants();
  await frames(150);
  expect(await instants()).toEqual([]);
  await page.evaluate(() => scrollTo(0, 0));
  await expect.poll(async () => (await instants()).length).toBeGreaterThan(0);
});

test("a reader flips an edge, and the host hears it", async ({ page }) => {
  await serve(page, SITE, ["../dist", "element"]);
  await show(page, `<sync-or-swim></sync-or-swim>`);
  await open(page, 0);
  await page.evaluate(() => {
    window.flips = [];
    document.querySelector("sync-or-swim").addEventListener("toggled", ({ detail }) => window.flips.push(detail));
  });
  await (await frame(page)).locator('.topology [data-act="flip"][data-on="orders->payments.charge"]').first().press("Enter");
  await expect.poll(() => page.evaluate(() => window.flips)).toEqual([{ edge: "orders->payments.charge", from: "sync", to: "await" }]);
});
