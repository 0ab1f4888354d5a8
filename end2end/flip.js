// How long a flip takes until its figures are there: `cargo xtask flip`, or `node flip.js [ADDRESS]`, on the built site.
//
//   chain, 100,000 requests ─▶ 30 flips of one edge ─▶ from the key to the first figures, and to those of the whole run
//
// The figures depend on the machine; they are printed, and an exit status tells whether the goal is met.
import { chromium } from "@playwright/test";
import { readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";

const server = process.argv[2] ? null : spawn("node", ["serve.js", "../dist", "8794"]);
const address = process.argv[2] ?? "http://127.0.0.1:8794/";
if (server) await once(server.stdout, "data");
const FLIPS = Number(process.env.FLIPS ?? 30);
const GOAL_MS = { first: 100, whole: 300 };

const scenario = JSON.parse(readFileSync("../scenarios/chain.json", "utf8"));
scenario.run.duration = "1000s";
const [edge] = scenario.edges.filter(({ from }) => from in scenario.services).map(({ from, to }) => `${from}->${to}`);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.emulateMedia({ reducedMotion: "reduce" });
await page.goto(address);
const measured = page.locator('[data-test="measured"]');
const isWhole = () => measured.filter({ hasText: "whole run of 1000 s" }).waitFor();
await page.locator(".source textarea").fill(JSON.stringify(scenario, null, 2));
await isWhole();

/** From the key on the edge to the first figures of the new run, and to the last, in milliseconds. */
async function flip() {
  await page.locator(`[data-edge="${edge}"]`).focus();
  await page.evaluate(() => {
    window.took = new Promise((done) => {
      const numbers = document.querySelector(".numbers");
      let start = 0;
      let first = 0;
      addEventListener("keydown", () => (start = performance.now()), { once: true, capture: true });
      const observer = new MutationObserver(() => {
        const words = numbers.querySelector('[data-test="measured"]')?.textContent ?? "";
        if (start === 0 || words.startsWith("measuring")) return;
        first ||= performance.now() - start;
        if (!words.startsWith("whole run")) return;
        observer.disconnect();
        done({ first, whole: performance.now() - start });
      });
      observer.observe(numbers, { childList: true, subtree: true, characterData: true });
    });
  });
  await page.keyboard.press("Enter");
  return page.evaluate(() => window.took);
}

const times = { first: [], whole: [] };
for (let count = 0; count < FLIPS; count += 1) {
  const { first, whole } = await flip();
  times.first.push(first);
  times.whole.push(whole);
}
const at = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(part * list.length))];
let misses = 0;
for (const [kind, list] of Object.entries(times)) {
  const [p50, p95] = [at(list, 0.5), at(list, 0.95)];
  misses += p95 > GOAL_MS[kind];
  console.log(`${kind} figures after a flip: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms over ${FLIPS} flips (goal ${GOAL_MS[kind]} ms)`);
}
await browser.close();
server?.kill();
process.exit(misses > 0 ? 1 : 0);
