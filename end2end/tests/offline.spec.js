// The site without a network, once it has been open: its own server goes, the page stays; a new release takes its place.
import { expect, open, test } from "../site.js";
import { host } from "../static.js";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const DIST = resolve("../dist");
const WORKER = readFileSync(`${DIST}/sw.js`, "utf8");
const ID = WORKER.match(/[0-9a-f]{16}/)[0];
const NEXT = "0123456789abcdef";

test.use({ serviceWorkers: "allow" });

/** A server of the built site, and of what is called the next release once `release.id` says so. */
const site = test.extend({
  release: async ({}, use) => {
    const release = { id: ID };
    const server = host(DIST, (name, bytes) => {
      if (release.id === ID) return bytes;
      if (name === "sw.js") return WORKER.replace(ID, release.id);
      return name === "index.html" ? bytes.toString().replace("<title>", "<title>Next ") : bytes;
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    release.address = `http://127.0.0.1:${server.address().port}/`;
    release.end = () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    };
    await use(release);
    await release.end();
  },
  baseURL: async ({ release }, use) => use(release.address),
});

/** Waits until a worker answers for the page, which it does once all is kept. */
async function controlled(page) {
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
}

/** The ids of the releases that are kept. */
async function kept(page) {
  const names = await page.evaluate(() => caches.keys());
  return names.map((name) => name.split(" ").at(-1));
}

/** The names in the cache of the page's release. */
async function files(page) {
  return page.evaluate(async () => {
    const [name] = await caches.keys();
    const requests = await (await caches.open(name)).keys();
    return requests.map(({ url }) => url.slice(document.baseURI.replace(/#.*/, "").length));
  });
}

/** Reloads the page, and waits until all that it fetches has come: the module of its worker is the last. */
async function reload(page) {
  await page.reload();
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
}

async function flip(page) {
  const email = page.locator('.topology [role="button"][aria-label^="orders to email:"]');
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
  await email.press("Enter");
  await expect(email).toHaveAttribute("aria-label", /: sync\./);
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
}

site("a page that was open once plays and flips when its server is gone", async ({ page, context, release }) => {
  await open(page);
  await controlled(page);
  await release.end();
  await context.setOffline(true);
  await page.reload();
  await expect.poll(async () => parseFloat(await page.locator('[data-test="head"]').innerText())).toBeGreaterThan(0);
  await flip(page);
});

site("the exchange is kept once it was needed, and nothing is kept but the site", async ({ page, release }) => {
  const exchange = () =>
    page.evaluate(async () => {
      const address = document.querySelector('meta[name="exchange"]').content;
      return (await (await fetch(address)).arrayBuffer()).byteLength;
    });
  await open(page);
  await controlled(page);
  const first = await files(page);
  expect(first.filter((name) => name.startsWith("exchange-"))).toEqual([]);
  expect(first.filter((name) => !/^$|^embed\.html$|^element\.js$|-[0-9a-f]{8,16}(_bg)?\.(js|css|wasm)$/.test(name))).toEqual([]);

  const length = await exchange();
  expect((await files(page)).filter((name) => name.startsWith("exchange-"))).toHaveLength(1);
  await release.end();
  expect(await exchange()).toBe(length);
});

site("the next release is seen at once, and takes the place of the last when its page does", async ({ page, release }) => {
  // A browser looks for a new worker when it has little else to do: the page stands still.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await controlled(page);
  expect(await kept(page)).toEqual([ID]);

  release.id = NEXT;
  await reload(page);
  await expect(page).toHaveTitle(/^Next /);
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  const waiting = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).waiting?.state);
  await expect.poll(waiting).toBe("installed");
  expect((await kept(page)).sort()).toEqual([ID, NEXT].sort());

  await reload(page);
  await expect.poll(() => kept(page)).toEqual([NEXT]);
  await release.end();
  await reload(page);
  await expect(page).toHaveTitle(/^Next /);
  await expect(page.locator("#start")).toHaveCount(0);
});

site("a frame keeps nothing", async ({ page }) => {
  await page.goto("embed.html#ex=checkout&embed=v1");
  await expect(page.locator("#start")).toHaveCount(0);
  await expect(page.locator('.topology [data-act="flip"]').first()).toBeVisible();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  expect(await kept(page)).toEqual([]);
});
