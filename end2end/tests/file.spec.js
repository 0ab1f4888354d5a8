// What leaves the page as a file and comes back: pictures with their scenario, drafts, files that are none.
import { bring } from "../bring.js";
import { axeFindings, expect, open, test } from "../site.js";
import { readFileSync } from "node:fs";

function editor(page) {
  return page.getByRole("textbox", { name: "Scenario as JSON or YAML" });
}

/** Waits for the figures of the whole run of what is on the desk; what all workers did, without what it was before. */
async function figures(page) {
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
  return page.locator(".services").evaluate((panel) => {
    const now = panel.cloneNode(true);
    now.querySelectorAll(".turn").forEach((turn) => turn.remove());
    return now.textContent;
  });
}

/** The pictures: where each stands, how its menu is called, and what it has to wait for. */
const PICTURES = {
  topology: [".topology", "Save the topology"],
  lanes: [".lanes", "Save the lanes"],
  waterfall: [".request", "Save the waterfall"],
  sequence: [".request", "Save the sequence diagram"],
  responses: [".insights", "Save the curves: Response time by percentile"],
  beats: [".insights", "Save the picture: Requests a second over the run"],
  ages: [".insights", "Save the curves: Age of messages by percentile"],
};

/** Brings a picture to the screen; its own element. */
async function show(page, picture) {
  await page.waitForFunction(() => Number(document.querySelector(".rows").dataset.spans) > 0);
  const [panel, label] = PICTURES[picture];
  if (panel === ".request") {
    await page.getByRole("button", { name: "Slowest" }).click();
    await page.locator(`.request [data-act=tab][data-on=${picture}]`).click();
  }
  if (picture === "lanes") return page.locator(".rows canvas");
  const alone = panel === ".insights" ? `figure:has(summary:has-text("${label.slice(5)}")) svg` : "svg";
  return page.locator(`${panel} ${alone}`).first();
}

/** The menu by which a picture is saved. */
function menu(page, picture) {
  const [panel, label] = PICTURES[picture];
  return page.locator(`${panel} .menu`).filter({ has: page.locator("summary", { hasText: label }) });
}

/** Saves a picture by its menu; its name and bytes. */
async function save(page, picture, kind) {
  await menu(page, picture).locator("summary").click();
  const coming = page.waitForEvent("download");
  await menu(page, picture).getByRole("button", { name: `As ${kind}` }).click();
  const download = await coming;
  await expect(page.locator(".menu[open]")).toHaveCount(0);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

function notice(page) {
  return page.locator(".notices .notice");
}

/** Checks what a saved file is: its name, and that it needs nothing else; its size, where it is made of pixels. */
async function checkFile(page, file, picture, kind, width) {
  expect(file.name).toMatch(new RegExp(`-${picture}\\.${kind.toLowerCase()}$`));
  if (kind === "PNG") return expect(Math.abs(file.bytes.readUInt32BE(16) - 2 * width)).toBeLessThanOrEqual(2);
  const svg = file.bytes.toString();
  expect(svg.split("</metadata>")[1]).not.toMatch(/url\(|var\(|data-|href|class=|tabindex/);
  const mistakes = (svg) => new DOMParser().parseFromString(svg, "image/svg+xml").querySelectorAll("parsererror").length;
  expect(await page.evaluate(mistakes, svg)).toBe(0);
}

for (const picture of Object.keys(PICTURES))
  test(`${picture}, saved as SVG and as PNG, opens as the scenario that it shows`, async ({ page }) => {
    await open(page);
    const original = await editor(page).inputValue();
    const written = original.replace('"threads": 16', '"threads": 17').replace('"Checkout"', `"Checkout <b> & 'é' ▤"`);
    await editor(page).fill(written);
    await page.locator('[data-choice="seed"]').fill("5");
    await page.keyboard.press("Enter");
    const before = await figures(page);
    const box = await (await show(page, picture)).boundingBox();
    // The curves are as wide as their panel, and are saved in their own size.
    const width = PICTURES[picture][0] === ".insights" ? 400 : Math.round(box.width);
    const files = [];
    for (const kind of ["SVG", "PNG"]) {
      files.push(await save(page, picture, kind));
      await checkFile(page, files.at(-1), picture, kind, width);
    }

    await page.locator('[data-test="gallery"]').selectOption("chain");
    await expect(editor(page)).not.toHaveValue(written);
    const chain = await editor(page).inputValue();
    for (const file of files) {
      await bring(page, "drop", [file]);
      await expect(editor(page)).toHaveValue(written);
      await expect(page.locator('[data-choice="seed"]')).toHaveValue("5");
      await expect(notice(page)).toContainText(`Opened ${file.name}`);
      expect(await figures(page)).toBe(before);
      await notice(page).getByRole("button", { name: "Undo" }).click();
      await expect(editor(page)).toHaveValue(chain);
      await expect(page.locator('[data-choice="seed"]')).not.toHaveValue("5");
      await expect(notice(page)).toHaveCount(0);
    }
  });

test("a dark picture is dark, a light one light", async ({ page }) => {
  await open(page);
  await figures(page);
  for (const [theme, ground] of [["dark", "#181f27"], ["light", "#ffffff"]]) {
    await page.locator('[data-test="theme"]').selectOption(theme);
    for (const picture of ["topology", "lanes", "responses"]) {
      await show(page, picture);
      const { bytes } = await save(page, picture, "SVG");
      expect(bytes.toString()).toContain(`fill="${ground}"`);
    }
  }
});

test("every menu opens and closes by keyboard, lies in the page, and axe finds nothing in it", async ({ page }) => {
  await open(page);
  await figures(page);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const picture of Object.keys(PICTURES)) {
      await show(page, picture);
      const summary = menu(page, picture).locator("summary");
      await summary.focus();
      await page.keyboard.press("Enter");
      const box = await menu(page, picture).locator("div").boundingBox();
      expect(box.x, `${picture} at ${width}`).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width, `${picture} at ${width}`).toBeLessThanOrEqual(width);
      expect(await axeFindings(page, ".menu[open]"), `${picture} at ${width}`).toEqual([]);
      await page.keyboard.press("Escape");
      await expect(page.locator(".menu[open]")).toHaveCount(0);
      await expect(summary).toBeFocused();
    }
  }
});

test("a text is pasted, where nothing is typed", async ({ page }) => {
  await open(page);
  const before = await editor(page).inputValue();
  const text = "format: sync-or-swim/1\nrun: {duration: 1s}\nclients: {c: {arrivals: poisson(5/s)}}\nservices: {s: {work: 1ms}}\nedges: [{from: c, to: s}]\n";
  await bring(page, "paste", [], text);
  await expect(editor(page)).toHaveValue(text);
  await page.keyboard.press("Control+z");
  await expect(editor(page)).toHaveValue(before);
});

test("a file that is no scenario is told with what would be right, and changes nothing", async ({ page }) => {
  await open(page);
  const before = await editor(page).inputValue();
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  for (const [name, bytes, words] of [
    ["holiday.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x80]), /neither a text in UTF-8 nor a PNG/],
    ["dot.png", png, /carries no scenario/],
    ["cut.png", png.subarray(0, 40), /ends in the middle/],
    ["package.json", Buffer.from('{"dependencies": {}}'), /is no scenario/],
  ]) {
    await bring(page, "drop", [{ name, bytes }]);
    await expect(notice(page)).toContainText(name);
    await expect(notice(page)).toContainText(words);
    await expect(notice(page)).toContainText(/opens|save the picture anew|there are scenario \(/);
    await notice(page).getByRole("button", { name: "Close" }).click();
    await expect(notice(page)).toHaveCount(0);
  }
  await expect(editor(page)).toHaveValue(before);
});

test("a draft is back after a reload, and one can start over", async ({ page }) => {
  await open(page);
  const original = await editor(page).inputValue();
  const edited = original.replace(/"poisson\(\d+\/s\)"/, '"poisson(25/s)"');
  await editor(page).fill(edited);
  await page.reload();
  await expect(editor(page)).toHaveValue(edited);
  await expect(notice(page)).toContainText(/Your draft from \d+ \w+ \d{4}, \d\d:\d\d is back/);
  await notice(page).getByRole("button", { name: "Start over" }).click();
  await expect(editor(page)).toHaveValue(original);
  await expect(notice(page)).toHaveCount(0);
  await page.locator(".editor").getByRole("button", { name: "Undo" }).click();
  await expect(editor(page)).toHaveValue(edited);
  await page.locator(".editor").getByRole("button", { name: "Reset" }).click();
  await page.reload();
  await expect(editor(page)).toHaveValue(original);
  await expect(notice(page)).toHaveCount(0);
});

test("drafts of all entries are kept, and each comes back with its entry", async ({ page }) => {
  await open(page);
  const written = {};
  for (const entry of ["chain", "checkout"]) {
    const last = await editor(page).inputValue();
    await page.locator('[data-test="gallery"]').selectOption(entry);
    if (entry === "chain") await expect(editor(page)).not.toHaveValue(last);
    await expect(page.locator(".editor").getByRole("button", { name: "Reset" })).toBeDisabled();
    written[entry] = (await editor(page).inputValue()).replace(/"duration": "\d+s"/, '"duration": "7s"');
    await editor(page).fill(written[entry]);
  }
  await page.reload();
  await expect(editor(page)).toHaveValue(written.checkout);
  await notice(page).getByRole("button", { name: "Close" }).click();
  await expect(notice(page)).toHaveCount(0);
  await page.reload();
  await page.locator('[data-test="gallery"]').selectOption("chain");
  await expect(editor(page)).toHaveValue(written.chain);
  await expect(notice(page)).toContainText("is back");
  await page.locator('[data-test="gallery"]').selectOption("checkout");
  await expect(editor(page)).toHaveValue(written.checkout);
});

test("two tabs keep each other's drafts", async ({ page, context }) => {
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await open(tab);
    await figures(tab);
  }
  const edit = async (tab) => {
    const text = (await editor(tab).inputValue()).replace(/"name": "/, '"name": "My ');
    await editor(tab).fill(text);
    return text;
  };
  const kept = (tab) => tab.evaluate(() => localStorage.getItem("sync-or-swim drafts") ?? "");
  await other.locator('[data-test="gallery"]').selectOption("chain");
  const chain = await edit(other);
  await expect.poll(() => kept(page)).toContain("My A chain");
  const checkout = await edit(page);
  await expect.poll(() => kept(other)).toContain("My Checkout");
  await other.close();

  await page.reload();
  await expect(editor(page)).toHaveValue(checkout);
  await page.locator('[data-test="gallery"]').selectOption("chain");
  await expect(editor(page)).toHaveValue(chain);
});

test("a file is chosen by keyboard", async ({ page }) => {
  await open(page);
  const text = "format: sync-or-swim/1\nrun: {duration: 1s}\nclients: {c: {arrivals: poisson(5/s)}}\nservices: {s: {work: 1ms}}\nedges: [{from: c, to: s}]\n";
  const chooser = page.waitForEvent("filechooser");
  await page.locator(".editor").getByRole("button", { name: "Open a file" }).press("Enter");
  await (await chooser).setFiles({ name: "small.yaml", mimeType: "text/yaml", buffer: Buffer.from(text) });
  await expect(editor(page)).toHaveValue(text);
  await expect(notice(page)).toContainText("Opened small.yaml");
});

test("where the browser keeps nothing, or something foreign, the page plays all the same", async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem("sync-or-swim drafts", "sync-or-swim drafts/9 what a later version wrote");
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await open(page);
  await editor(page).fill((await editor(page).inputValue()).replace(/"poisson\(\d+\/s\)"/, '"poisson(25/s)"'));
  await figures(page);
  await page.reload();
  await expect(editor(page)).not.toHaveValue(/poisson\(25\/s\)/);
  await figures(page);
});
