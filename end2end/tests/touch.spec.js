// A phone in the hand: two fingers come closer, one goes along, a tap pins and flips.
import { expect, open, test } from "../site.js";
import { readFileSync } from "node:fs";

test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

/** Puts fingers on the screen, moves them in steps and takes them off: where each begins and ends. */
async function fingers(page, ways) {
  const client = await page.context().newCDPSession(page);
  const STEPS = 8;
  const at = (part) => ways.map(([[x, y], [toX, toY]], id) => ({ id, x: x + (toX - x) * part, y: y + (toY - y) * part }));
  await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (let step = 1; step <= STEPS; step += 1) {
    await client.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(step / STEPS) });
  }
  await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/** The ruler of the lanes as a saved picture has it: which second lies at a pixel, and how many pixels a second has. */
async function ruler(page) {
  await page.locator(".lanes .menu summary").click();
  const coming = page.waitForEvent("download");
  await page.locator(".lanes .menu").getByRole("button", { name: "As SVG" }).click();
  const svg = readFileSync(await (await coming).path(), "utf8");
  const seconds = { s: 1, ms: 1e-3, "µs": 1e-6 };
  const labels = [...svg.matchAll(/<text x="([\d.]+)"[^>]*>([\d.]+) (s|ms|µs)<\/text>/g)];
  // A label stands 4 pixels right of its line.
  const [first, last] = [labels[0], labels.at(-1)].map(([, x, number, unit]) => [Number(x) - 4, Number(number) * seconds[unit]]);
  const scale = (last[0] - first[0]) / (last[1] - first[1]);
  return { scale, at: (x) => first[1] + (x - first[0]) / scale };
}

async function still(page) {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
  await page.waitForFunction(() => Number(document.querySelector(".rows").dataset.spans) > 0);
  const canvas = page.locator(".rows canvas");
  await canvas.scrollIntoViewIfNeeded();
  return canvas;
}

test("two fingers come closer to what lies between them, and one goes along", async ({ page }) => {
  const canvas = await still(page);
  const before = await ruler(page);
  const { x, y } = await canvas.boundingBox();
  const middle = 240;
  const line = y + 60;
  await fingers(page, [
    [[x + middle - 30, line], [x + middle - 90, line]],
    [[x + middle + 30, line], [x + middle + 90, line]],
  ]);
  const closer = await ruler(page);
  expect(closer.scale / before.scale).toBeCloseTo(3, 1);
  expect(Math.abs(closer.at(middle) - before.at(middle)) * before.scale).toBeLessThan(2);
  await fingers(page, [[[x + middle, line], [x + middle - 80, line]]]);
  const along = await ruler(page);
  expect(along.scale / closer.scale).toBeCloseTo(1, 2);
  expect(Math.abs(along.at(middle - 80) - closer.at(middle)) * closer.scale).toBeLessThan(2);
});

test("a tap on the lanes pins a request, a tap on an edge flips it", async ({ page }) => {
  const canvas = await still(page);
  const { width } = await canvas.boundingBox();
  await expect(async () => {
    for (let x = width - 20; x > 100 && !(await page.locator('[data-test="request"]').isVisible()); x -= 20) {
      await canvas.tap({ position: { x, y: 30 } });
    }
    await expect(page.locator('[data-test="request"]')).toBeVisible();
  }).toPass();
  const edge = page.locator('[data-edge="orders->email"]');
  await edge.scrollIntoViewIfNeeded();
  await edge.locator(".chip").tap();
  await expect(edge).toHaveAttribute("aria-label", /^orders to email: sync/);
});
