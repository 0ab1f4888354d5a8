// What the page says about a run in words, and that it is true of the run that is on the desk.
import { expect, open, test } from "../site.js";

/** Waits until the figures are those of the whole run of what is on the desk. */
async function measured(page) {
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
}

test("the insight names the edge that blocks, and a flip of it takes the sentence away", async ({ page }) => {
  await open(page);
  await measured(page);
  const insights = page.locator('[data-test="insights"] li');
  const blocked = insights.filter({ hasText: /^orders waits [\d.]+ % of its worker time on payments: / });
  await expect(blocked).toHaveCount(1);
  await expect(blocked).toContainText("Flipping orders->payments.charge to await would free those workers.");
  const share = await page.locator('[data-service="orders"] [data-share="on"]').innerText();
  const waits = (await blocked.innerText()).match(/waits ([\d.]+ %)/)[1];
  expect(share).toContain(`payments ${waits}`);

  await page.locator('.topology [role="button"][aria-label^="orders to payments:"]').press("Enter");
  await expect(insights.filter({ hasText: "Since the change: " })).toHaveCount(1);
  await expect(blocked).toHaveCount(0);
  await expect(page.locator(".insights figure path[stroke-dasharray]").first()).toBeAttached();
  await expect(page.locator('[data-test="percentiles"]')).toContainText("before");
});

test("nothing moves while figures come in", async ({ page }) => {
  await open(page);
  await measured(page);
  await page.locator('.topology [role="button"][aria-label^="orders to payments:"]').press("Enter");
  await measured(page);
  const heights = await page.evaluate(async () => {
    const panels = [...document.querySelectorAll(".insights, .dock")];
    const seen = new Set();
    const look = () => seen.add(panels.map((panel) => panel.offsetHeight).join());
    look();
    new ResizeObserver(look).observe(panels[0]);
    document.querySelector('.topology [aria-label^="gateway to orders:"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const text = () => document.querySelector('[data-test="measured"]').textContent;
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    while (text().startsWith("whole")) await frame();
    while (!text().startsWith("whole")) {
      look();
      await frame();
    }
    look();
    return [...seen];
  });
  expect(heights).toHaveLength(1);
});
