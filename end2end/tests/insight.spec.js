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
  // So long that figures of a part of the run stand on the screen first.
  const editor = page.getByRole("textbox", { name: "Scenario as JSON or YAML" });
  await editor.fill((await editor.inputValue()).replace('"duration": "120s"', '"duration": "2400s"'));
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of 2400 s/);
  const [heights, isPart] = await page.evaluate(async () => {
    const panels = [...document.querySelectorAll(".insights, .dock")];
    const seen = new Set();
    const look = () => seen.add(panels.map((panel) => panel.offsetHeight).join());
    look();
    new ResizeObserver(look).observe(panels[0]);
    document.querySelector('.topology [aria-label^="gateway to orders:"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const text = () => document.querySelector('[data-test="measured"]').textContent;
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    let isPart = false;
    while (text().startsWith("whole")) await frame();
    while (!text().startsWith("whole")) {
      isPart ||= text().startsWith("so far");
      look();
      await frame();
    }
    look();
    return [[...seen], isPart];
  });
  expect(isPart).toBe(true);
  expect(heights).toHaveLength(1);
});

test("the run over time stands as picture and table, with the run before, and a click in it goes there", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await measured(page);
  const clock = page.locator(".insights .clock");
  const table = page.locator('[data-test="beats"]');
  await page.locator("details", { has: table }).locator("summary").filter({ hasText: "The same as a table" }).last().click();
  const sums = async () => {
    const rows = await table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => parseFloat(cell.textContent))));
    return rows.reduce((sum, [, offered]) => sum + offered, 0) / rows.length;
  };
  // The shoppers offer 40 requests a second.
  expect(Math.abs((await sums()) - 40)).toBeLessThan(2);
  const before = await clock.locator("svg").innerHTML();
  await page.locator('[data-edge="orders->email"]').press("Enter");
  await measured(page);
  await expect.poll(() => clock.locator("svg").innerHTML()).not.toBe(before);
  const box = await clock.boundingBox();
  const head = page.locator('[data-test="head"]');
  await clock.click({ position: { x: box.width * 0.5, y: box.height * 0.5 } });
  await expect(head).not.toHaveText("5.0000 s");
  const half = parseFloat(await head.innerText());
  expect(half).toBeGreaterThan(45);
  expect(half).toBeLessThan(75);
  await clock.click({ position: { x: box.width * 0.9, y: box.height * 0.5 } });
  await expect.poll(async () => parseFloat(await head.innerText())).toBeGreaterThan(half + 30);
});

test("a breaker that opens is seen on its edge as long as it bars the way", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await measured(page);
  const scenario = {
    format: "sync-or-swim/1",
    name: "A breaker",
    run: { duration: "20s" },
    clients: { shoppers: { arrivals: "constant(100/s)" } },
    services: { shop: {}, bank: { work: "1ms" } },
    edges: [
      { from: "shoppers", to: "shop" },
      { from: "shop", to: "bank", breaker: { window: 4, failureRate: 0.5, minimumCalls: 2, open: "2s", halfOpen: 1 } },
    ],
    faults: [{ at: "2s", for: "6s", service: "bank", down: "refuse" }],
  };
  await page.getByRole("textbox", { name: "Scenario as JSON or YAML" }).fill(JSON.stringify(scenario));
  await measured(page);
  const door = page.locator('[data-edge="shop->bank"] .door');
  const scrub = page.locator("[data-field=scrub]");
  const go = async (second) => {
    const top = Number(await scrub.getAttribute("max"));
    await scrub.fill(String(Math.round((second / 20) * top)));
    await expect.poll(async () => parseFloat(await page.locator('[data-test="head"]').innerText())).toBeCloseTo(second, 1);
  };
  await go(1);
  await expect(door).toHaveText("");
  await go(3);
  await expect(door).toHaveText("breaker open");
  await go(15);
  await expect(door).toHaveText("");
});

test("a page that is printed is light, whatever the screen is, and shows what paper can", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "dark" });
  await open(page);
  await measured(page);
  const root = page.locator(".playground");
  await expect(root).toHaveClass(/dark/);
  /** The ground of the lanes, as red, green and blue. */
  const ground = () =>
    page.locator(".rows canvas").evaluate((canvas) => {
      const pixel = new OffscreenCanvas(1, 1).getContext("2d");
      pixel.drawImage(canvas, 3 - canvas.width, 3 - canvas.height);
      return [...pixel.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    });
  expect(Math.max(...(await ground()))).toBeLessThan(100);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await expect(root).not.toHaveClass(/dark/);
  expect(Math.min(...(await ground()))).toBeGreaterThan(150);
  await expect(page.getByRole("button").locator("visible=true")).toHaveCount(await page.locator('.topology [role="button"]').count());
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: "screen" });
  await expect(root).toHaveClass(/dark/);
  await expect.poll(async () => Math.max(...(await ground()))).toBeLessThan(100);
});
