// What comes from other programs, and what goes to them: imports are offered before they replace anything, recordings leave in their
// formats and come back.
import { bring } from "../bring.js";
import { axeFindings, expect, open, test } from "../site.js";
import { stumbling } from "../stumbling.js";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const DATA = "../tests/data/import/";

function file(name) {
  return { name, bytes: readFileSync(DATA + name) };
}

function editor(page) {
  return page.getByRole("textbox", { name: "Scenario as JSON or YAML" });
}

function sheet(page) {
  return page.getByRole("dialog", { name: "Import" });
}

function notice(page) {
  return page.locator(".notices .notice");
}

/** Waits until something is recorded. */
async function recorded(page) {
  await page.waitForFunction(() => Number(document.querySelector(".rows").dataset.spans) > 0);
}

/** Saves by a menu's entry; the name of the file, and its text. */
async function save(page, panel, label) {
  await page.locator(`${panel} .menu > summary`).first().click();
  const coming = page.waitForEvent("download");
  await page.locator(`${panel} .menu[open]`).getByRole("button", { name: label }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test("nothing is fetched for foreign files before somebody brings one", async ({ page }) => {
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await open(page);
  await recorded(page);
  expect(fetched.filter((path) => path.includes("exchange"))).toEqual([]);
  await bring(page, "drop", [file("otel-demo-compose.yaml")]);
  await expect(sheet(page)).toBeVisible();
  expect(fetched.filter((path) => path.includes("exchange"))).toHaveLength(1);
});

test("a compose file is offered with what was assumed, and replaces nothing before it is taken", async ({ page }) => {
  await open(page);
  await recorded(page);
  const before = await editor(page).inputValue();
  await bring(page, "drop", [file("otel-demo-compose.yaml")]);
  await expect(sheet(page).getByRole("heading", { level: 2 })).toHaveText("Import otel-demo-compose.yaml");
  await expect(sheet(page).locator("[data-test=offer]")).toHaveText(/^This is a compose file\. As a scenario it has \d+ clients?, \d+ services/);
  await expect(sheet(page).getByRole("heading", { level: 3 })).toContainText([/^Assumed/, /^Left out/]);
  expect(await axeFindings(page)).toEqual([]);
  expect(await editor(page).inputValue()).toBe(before);
  await sheet(page).getByRole("button", { name: "Keep what is here" }).click();
  await expect(sheet(page)).toBeHidden();
  expect(await editor(page).inputValue()).toBe(before);

  await bring(page, "drop", [file("otel-demo-compose.yaml")]);
  await sheet(page).getByRole("button", { name: "Open it" }).click();
  await expect(sheet(page)).toBeHidden();
  await expect(notice(page)).toHaveText(/Opened the import; Undo brings the old text back/);
  await expect(page.locator('.topology [data-node="frontend"]')).toHaveCount(1);
  await recorded(page);
  await notice(page).getByRole("button", { name: "Undo" }).click();
  expect(await editor(page).inputValue()).toBe(before);
});

test("what others draw and record can be pasted and dropped: Mermaid, Jaeger, Zipkin, isotope, queueing networks", async ({ page }) => {
  await open(page);
  await bring(page, "paste", [], "flowchart LR\n  web --> shop\n  shop -.-> mail\n");
  await expect(sheet(page).locator("[data-test=offer]")).toHaveText(/Mermaid flowchart/);
  await sheet(page).getByRole("button", { name: "Open it" }).click();
  await expect(page.locator('.topology [data-edge="shop->mail"]')).toHaveCount(1);
  for (const [name, words] of [
    ["jaeger-shop.json", /Jaeger trace/],
    ["zipkin-envoy.json", /Zipkin trace/],
    ["isotope-canonical.yaml", /isotope service graph/],
    ["held.lqnx", /layered queueing network/],
  ]) {
    await bring(page, "drop", [file(name)]);
    await expect(sheet(page).locator("[data-test=offer]")).toHaveText(words);
    await page.keyboard.press("Escape");
    await expect(sheet(page)).toBeHidden();
  }
});

test("a file that nobody knows is told so, and a picture that carries nothing as before", async ({ page }) => {
  await open(page);
  await recorded(page);
  const before = await editor(page).inputValue();
  for (const [name, text, words] of [
    ["notes.txt", "Dear diary", /notes\.txt: .*format/],
    ["broken.json", '{"resourceSpans": 7}', /broken\.json: /],
    ["empty.png", "\x89PNG\r\n\x1a\n", /empty\.png: /],
    ["none.txt", "", /none\.txt: there is nothing in it/],
  ]) {
    await bring(page, "drop", [{ name, bytes: Buffer.from(text, "latin1") }]);
    await expect(notice(page)).toHaveText(words);
  }
  expect(await editor(page).inputValue()).toBe(before);
});

test("without its module a foreign file is told so, and the desk stays", async ({ page, complaints }) => {
  await page.route("**/exchange-*.wasm", (route) => route.abort());
  await open(page);
  await bring(page, "drop", [file("held.lqnx")]);
  await expect(notice(page)).toHaveText(/held\.lqnx: the module for foreign formats does not come/);
  expect(complaints.splice(0).every((words) => words.includes("ERR_FAILED"))).toBe(true);
});

test("a module that stumbles is named, and the desk stays", async ({ page }) => {
  const body = stumbling("panicked at a mistake");
  await page.route("**/exchange-*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body }));
  await open(page);
  const before = await editor(page).inputValue();
  await bring(page, "drop", [file("held.lqnx")]);
  await expect(notice(page)).toHaveText(/the module for foreign formats has stumbled over this file: panicked at a mistake/);
  expect(await editor(page).inputValue()).toBe(before);
});

/** What the command line prints: the same engine. */
function swim(...words) {
  return execFileSync(process.env.SWIM ?? "../target/debug/swim", words, { encoding: "utf8" });
}

test("the report leaves as the command line prints it, and nothing is run for it again", async ({ page }) => {
  await open(page);
  await expect(page.locator('.numbers [data-test="measured"]')).toHaveText(/^whole run of/);
  const seed = await page.locator('[data-choice="seed"]').inputValue();
  for (const [label, name, words] of [
    ["Report as JSON", "checkout-report.json", ["--json"]],
    ["Report as CSV", "checkout-report.csv", ["--format", "csv"]],
    ["Responses of shoppers (.hgrm)", "checkout-shoppers.hgrm", ["--format", "hgrm"]],
  ]) {
    const saved = await save(page, ".numbers", label);
    expect(saved.name).toBe(name);
    expect(saved.text).toBe(swim("run", "checkout", "--seed", seed, ...words));
  }
});

test("the menu of the report stands clear of what it is for, on wide and narrow screens", async ({ page }) => {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await open(page);
    await expect(page.locator('.numbers [data-test="measured"]')).toHaveText(/^whole run of/);
    await page.locator(".numbers .menu > summary").click();
    for (const button of await page.locator(".numbers .menu[open] button").all()) await expect(button).toBeInViewport({ ratio: 1 });
    expect(await axeFindings(page)).toEqual([]);
  }
});

for (const [label, ending, count, kind] of [
  ["As OTLP", "otlp.json", (all) => all.resourceSpans.length, /OTLP trace/],
  ["For Jaeger", "jaeger.json", (all) => all.data.length, /Jaeger trace/],
  ["For Zipkin", "zipkin.json", (all) => all.length, /Zipkin trace/],
  ["As Chrome trace", "chrome.json", (all) => all.traceEvents.length, undefined],
]) {
  test(`what is recorded leaves and comes back: ${label}`, async ({ page }) => {
    await open(page);
    await recorded(page);
    const saved = await save(page, ".lanes", label);
    expect(saved.name).toBe(`checkout-${ending}`);
    expect(count(JSON.parse(saved.text))).toBeGreaterThan(4);
    if (!kind) return;
    await bring(page, "drop", [{ name: saved.name, bytes: Buffer.from(saved.text) }]);
    await expect(sheet(page).locator("[data-test=offer]")).toHaveText(kind);
    await sheet(page).getByRole("button", { name: "Open it" }).click();
    await expect(page.locator('.topology [data-edge="orders->payments"]')).toHaveCount(1);
    await recorded(page);
  });
}

test("a request leaves as a Mermaid diagram", async ({ page }) => {
  await open(page);
  await recorded(page);
  await page.getByRole("button", { name: "Slowest" }).click();
  const saved = await save(page, ".request", "As Mermaid");
  expect(saved.name).toBe("checkout-sequence.mmd");
  expect(saved.text).toMatch(/^sequenceDiagram\n/);
  expect(saved.text).toContain("participant");
});

test("a trace opens in Perfetto as soon as its tab listens", async ({ page, context }) => {
  // A page that speaks Perfetto's protocol: PONG to PING, then a trace.
  await context.route("https://ui.perfetto.dev/**", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<title>waits</title><script>
        let pings = 0;
        addEventListener("message", ({ data, source, origin }) => {
          if (data === "PING") { if (++pings > 2) source.postMessage("PONG", origin); return; }
          const trace = JSON.parse(new TextDecoder().decode(data.perfetto.buffer));
          document.title = data.perfetto.title + " " + trace.traceEvents.length;
        });
      </script>`,
    }),
  );
  await open(page);
  await recorded(page);
  await page.locator(".lanes .menu > summary").click();
  const coming = context.waitForEvent("page");
  await page.getByRole("button", { name: "Open in Perfetto" }).click();
  const tab = await coming;
  await expect(tab).toHaveTitle(/^checkout \d{3,}$/);
});
