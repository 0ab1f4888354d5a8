// What swim exports, read by programs of others: speedscope and Mermaid in Chromium, jaeger_stats beside them.
//
//   swim trace … ─▶ chrome.json ─▶ speedscope imports it and saves what it understood ─▶ the same spans, no complaint
//               ─▶ jaeger.json ─▶ jaeger_stats' trace_analysis ─▶ the same traces and spans, none incomplete
//               ─▶ one.mmd     ─▶ Mermaid draws it ─▶ as many messages as there are lines with one
//
// Law: counts come from `swim run --json` and from the OTLP of the same requests; a difference ends it with status 1.
// `node check.js`, with SWIM, JAEGER_STATS (the program trace_analysis) and CHROMIUM as paths.
import { chromium } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ORIGIN = "http://foreign.test";
const FILES = {
  "/speedscope/": join(HERE, "node_modules/speedscope/dist/release/"),
  "/mermaid/": join(HERE, "node_modules/@mermaid-js/tiny/dist/"),
};
const TYPES = { css: "text/css", html: "text/html", js: "text/javascript" };
const SCENARIOS = ["checkout", "chain", "event-loop", "../../tests/data/examples/topic.json"];
const REQUESTS = "60";
const { SWIM, JAEGER_STATS, CHROMIUM } = process.env;

const folder = mkdtempSync(join(tmpdir(), "foreign-"));
const failures = [];

function swim(...words) {
  return execFileSync(SWIM, words, { cwd: HERE, encoding: "utf8", maxBuffer: 1 << 29 });
}

function equal(what, found, expected) {
  const right = JSON.stringify(found) === JSON.stringify(expected);
  console.log(`${right ? "ok  " : "FAIL"} ${what}: ${JSON.stringify(found)}${right ? "" : `, not ${JSON.stringify(expected)}`}`);
  if (!right) failures.push(what);
}

/** All spans of OTLP. */
function spansOf(otlp) {
  return otlp.resourceSpans.flatMap((of) => of.scopeSpans.flatMap((scope) => scope.spans));
}

const hasBegun = (span) => span.attributes.some((attribute) => attribute.key === "sync_or_swim.lane");

/** Lets speedscope import a file; yields what it saves, and its complaints. */
async function throughSpeedscope(page, file) {
  const complaints = [];
  const hear = (message) => /Tried to end|still open|[Ee]rror/.test(message.text()) && complaints.push(message.text());
  page.on("console", hear);
  await page.goto(`${ORIGIN}/speedscope/index.html`);
  await page.setInputFiles("input[type=file]", file);
  const named = page.getByText(/\(pid \d+\)|1\/\d+/).first();
  await named.waitFor();
  const saved = page.waitForEvent("download");
  await page.keyboard.press("Control+s");
  const profile = JSON.parse(readFileSync(await (await saved).path(), "utf8"));
  page.off("console", hear);
  return { profile, complaints };
}

async function checkChrome(page, name, spans) {
  const file = join(folder, "chrome.json");
  writeFileSync(file, swim("trace", name, "--format", "chrome", "--requests", REQUESTS));
  const { profile, complaints } = await throughSpeedscope(page, file);
  const names = profile.shared.frames.map((frame) => frame.name);
  const found = new Set(names.flatMap((frame) => /"span":(\d+)/.exec(frame)?.[1] ?? []));
  equal(`${name}: spans that speedscope found`, found.size, spans.filter(hasBegun).length);
  equal(`${name}: complaints of speedscope`, complaints.slice(0, 3), []);
}

function checkJaeger(name, spans, number) {
  const input = mkdtempSync(join(folder, `jaeger-${number}-`));
  writeFileSync(join(input, "run.json"), swim("trace", name, "--format", "jaeger", "--requests", REQUESTS));
  const told = execFileSync(JAEGER_STATS, [input], { encoding: "utf8" });
  const found = JSON.parse(readFileSync(join(input, "Stats/cummulative_trace_stats.json"), "utf8"));
  const sum = found.num_spans.reduce((sum, count) => sum + count, 0);
  equal(`${name}: traces and spans that jaeger_stats found`, [found.num_spans.length, sum], [Number(REQUESTS), spans.length]);
  equal(`${name}: incomplete traces`, /Observed (\d+) incomplete/.exec(told)?.[1], "0");
}

async function checkMermaid(page, name) {
  const text = swim("trace", name, "--format", "mermaid");
  await page.goto(`${ORIGIN}/empty.html`);
  await page.addScriptTag({ url: `${ORIGIN}/mermaid/mermaid.tiny.js` });
  const drawn = await page.evaluate(async (text) => {
    window.mermaid.initialize({ startOnLoad: false });
    const { svg } = await window.mermaid.render("drawn", text);
    const page = new DOMParser().parseFromString(svg, "text/html");
    return page.querySelectorAll(".messageText").length;
  }, text);
  const messages = text.split("\n").filter((line) => /^ {2}n\d+(->>|-\)|-x|-->>|--x)n\d+: /.test(line));
  equal(`${name}: messages that Mermaid drew`, drawn, messages.length);
}

/** Every request of the run is exported, by the count of the run's own report. */
function checkWhole(name) {
  const report = JSON.parse(swim("run", name, "--json"));
  const offered = Object.values(report.clients).reduce((sum, client) => sum + client.offered, 0);
  const zipkin = JSON.parse(swim("trace", name, "--format", "zipkin", "--requests", "1000000"));
  equal(`${name}: requests of the whole run`, zipkin.filter((span) => !span.parentId).length, offered);
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-quic"] });
try {
  const page = await browser.newPage({ acceptDownloads: true });
  await page.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    const place = Object.keys(FILES).find((place) => pathname.startsWith(place));
    if (!place) return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>empty</title>" });
    const contentType = TYPES[pathname.split(".").pop()] ?? "application/octet-stream";
    return route.fulfill({ contentType, path: join(FILES[place], pathname.slice(place.length)) });
  });
  for (const [number, name] of SCENARIOS.entries()) {
    const spans = spansOf(JSON.parse(swim("trace", name, "--format", "otlp", "--requests", REQUESTS)));
    await checkChrome(page, name, spans);
    checkJaeger(name, spans, number);
    await checkMermaid(page, name);
  }
  checkWhole("checkout");
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
console.log(`${failures.length === 0 ? "all" : "not all"} exports are understood`);
process.exitCode = failures.length === 0 ? 0 : 1;
