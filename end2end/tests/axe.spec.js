// What axe finds in every view, in every light: nothing.
import { axeFindings, expect, open, test } from "../site.js";

async function measured(page) {
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
}

function press(page, name) {
  return page.getByRole("button", { name, exact: true }).click();
}

async function close(page) {
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog[open]")).toHaveCount(0);
}

/** The parts that alone are looked at in some views; the whole page is, before and after. */
const PARTS = {
  "a node is selected": ".side",
  "the lanes in words": ".lanes",
  "a request as a waterfall": ".request",
  "a request as a sequence": ".request",
  "a request as a story": ".request",
  "pictures as tables": ".insights",
  "the keyboard's sheet": "dialog[open]",
  "the commands": "dialog[open]",
  "the share sheet": "dialog[open]",
};

/** The views of the page, each the way there from the one before. */
const VIEWS = {
  "as it opens": measured,
  "a node is selected": async (page) => {
    await page.locator('.topology [data-node="orders"]').click();
    await expect(page.getByRole("textbox", { name: "threads" })).toBeVisible();
    await page.getByText("What else can be said of it").click();
  },
  "an edge is selected, flipped and compared": async (page) => {
    await page.locator('[data-edge="orders->email"]').press("Enter");
    await measured(page);
    await press(page, "Compare");
    await expect(page.getByRole("img", { name: /^Lanes before the last change/ })).toBeVisible();
  },
  "the lanes in words": async (page) => {
    await page.getByText("The lanes in words").click();
    await expect(page.locator('[data-test="doings"]')).toBeVisible();
  },
  "a request as a waterfall": async (page) => {
    await press(page, "Slowest");
    await press(page, "Waterfall");
    await expect(page.getByRole("region", { name: /^Waterfall of request/ })).toBeVisible();
  },
  "a request as a sequence": async (page) => {
    await press(page, "Sequence");
    await expect(page.getByRole("region", { name: /^Sequence diagram of request/ })).toBeVisible();
  },
  "a request as a story": async (page) => {
    await press(page, "Story");
    await expect(page.getByRole("button", { name: "Story", exact: true })).toHaveAttribute("aria-pressed", "true");
  },
  "pictures as tables": async (page) => {
    for (const summary of await page.locator("summary").filter({ hasText: "The same as a table" }).all()) await summary.click();
    await expect(page.locator('[data-test="beats"]')).toBeVisible();
  },
  "the run is forked": async (page) => {
    await press(page, "Fork here");
    await expect(page.getByRole("button", { name: /^Forked at/ })).toBeVisible();
  },
  "the keyboard's sheet": async (page) => {
    await page.locator(".playground").press("?");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  },
  "the commands": async (page) => {
    await close(page);
    await page.keyboard.press("Control+k");
    await page.locator(".palette input").fill("flip");
  },
  "the share sheet": async (page) => {
    await close(page);
    await press(page, "Share");
    await expect(page.getByRole("dialog", { name: /share/i })).toBeVisible();
  },
  "a text with a mistake": async (page) => {
    await close(page);
    await page.getByRole("textbox", { name: /^Scenario as JSON/ }).fill('{ "format": "sync-or-swim/1", "services": { "a": { "threads": "many" } } }');
    await expect(page.locator('[data-act="problem"]').first()).toBeVisible();
  },
};

for (const [name, media] of Object.entries({
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "forced colours": { forcedColors: "active" },
}))
  test(`axe finds nothing in any view, in ${name}`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ ...media, reducedMotion: "reduce" });
    await open(page);
    for (const [view, go] of Object.entries(VIEWS)) {
      await go(page);
      expect.soft(await axeFindings(page, PARTS[view]), view).toEqual([]);
    }
  });
