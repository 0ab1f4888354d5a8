// What leaves the page as a file and comes back: pictures with their scenario, drafts, files that are none.
import { expect, open, test } from "../site.js";
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

/** Drops files on the middle of the page, or pastes them. */
async function bring(page, kind, files, text = "") {
  await page.evaluate(
    ([kind, files, text]) => {
      const transfer = new DataTransfer();
      for (const { name, bytes } of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
      if (text) transfer.setData("text/plain", text);
      const options = { bubbles: true, cancelable: true };
      if (kind === "drop") {
        const target = document.querySelector("main");
        const over = new DragEvent("dragover", { ...options, dataTransfer: transfer });
        target.dispatchEvent(over);
        if (!over.defaultPrevented) throw new Error("the page takes no files");
        target.dispatchEvent(new DragEvent("drop", { ...options, dataTransfer: transfer }));
      } else document.body.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
    },
    [kind, files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })), text],
  );
}

/** Saves a picture by its menu; its name and bytes. */
async function save(page, view, kind) {
  await page.locator(`.${view} .menu summary`).click();
  const coming = page.waitForEvent("download");
  await page.locator(`.${view} .menu`).getByRole("button", { name: `As ${kind}` }).click();
  const download = await coming;
  await expect(page.locator(".menu[open]")).toHaveCount(0);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

function notice(page) {
  return page.locator(".notices .notice");
}

for (const view of ["topology", "lanes"])
  for (const kind of ["SVG", "PNG"])
    test(`the ${view} as ${kind} opens as the scenario that it shows`, async ({ page }) => {
      await open(page);
      const written = (await editor(page).inputValue()).replace('"mode": "queue"', '"mode": "sync"').replace('"Checkout"', `"Checkout <b> & 'é' ▤"`);
      await editor(page).fill(written);
      await page.locator('[data-choice="seed"]').fill("5");
      await page.keyboard.press("Enter");
      const before = await figures(page);
      if (view === "lanes") await page.waitForFunction(() => Number(document.querySelector(".rows").dataset.spans) > 0);
      const file = await save(page, view, kind);
      expect(file.name).toMatch(new RegExp(`-${view}\\.${kind.toLowerCase()}$`));
      if (kind === "SVG") expect(file.bytes.toString()).not.toMatch(/url\((?!#)|var\(|data-|href/);
      if (kind === "PNG") {
        const box = await page.locator(view === "topology" ? ".topology svg" : ".rows canvas").boundingBox();
        expect(file.bytes.readUInt32BE(16)).toBeGreaterThanOrEqual(Math.round(box.width) * 2 - 2);
      }

      await page.locator('[data-test="gallery"]').selectOption("chain");
      await expect(editor(page)).not.toHaveValue(written);
      const chain = await editor(page).inputValue();
      await bring(page, "drop", [file]);
      await expect(editor(page)).toHaveValue(written);
      await expect(page.locator('[data-choice="seed"]')).toHaveValue("5");
      await expect(notice(page)).toContainText(`Opened ${file.name}`);
      expect(await figures(page)).toBe(before);

      await notice(page).getByRole("button", { name: "Undo" }).click();
      await expect(editor(page)).toHaveValue(chain);
      await expect(page.locator('[data-choice="seed"]')).not.toHaveValue("5");
      await expect(notice(page)).toHaveCount(0);
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
    await expect(notice(page)).toContainText(/opens|save the picture anew/);
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
