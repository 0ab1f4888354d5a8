// Each site of docs/embedding, as its tool has built it: poster without WebAssembly, then play, resize, toggle, and the host hears it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../site.js";
import { HOST, SITE, frame, serve } from "../host.js";

/** Where a built site has its page with two embeds or one. */
const PAGES = {
  html: "/index.html",
  mdbook: "/checkout.html",
  mkdocs: "/checkout/",
  sphinx: "/checkout.html",
  docusaurus: "/checkout/",
};
/** How a reader makes a site dark, where it offers that. */
const DARKEN = {
  mdbook: async (page) => {
    await page.locator("#mdbook-theme-toggle").click();
    await page.locator("#mdbook-theme-navy").click();
  },
  sphinx: async (page) => {
    await page.locator(".theme-toggle:visible").first().click();
    if ((await page.locator("body").getAttribute("data-theme")) !== "dark") await page.locator(".theme-toggle:visible").first().click();
  },
  docusaurus: async (page) => {
    const toggle = page.getByRole("button", { name: /Switch between dark and light/ });
    for (let turn = 0; turn < 2 && (await page.locator("html").getAttribute("data-theme")) !== "dark"; turn += 1) await toggle.click();
  },
};
const BUILT = "../target/recipes";
const chosen = (process.env.RECIPES ?? Object.keys(PAGES).join(" ")).split(" ");

for (const recipe of chosen)
  test.describe(recipe, () => {
    let sent;

    test.beforeEach(async ({ page }) => {
      expect(existsSync(join(BUILT, recipe)), `cargo xtask recipes ${recipe}`).toBe(true);
      sent = [];
      await serve(page, HOST, [join(BUILT, recipe)]);
      // Where the site has no embedded playground, the stand-in of the element's tests is one.
      await serve(page, SITE, ["../dist", "element"], {}, sent);
      await page.goto(HOST + PAGES[recipe]);
    });

    const element = (page) => page.locator("sync-or-swim").first();

    test("shows a poster, and loads no WebAssembly", async ({ page }) => {
      const poster = element(page).locator(".stage > img");
      await poster.scrollIntoViewIfNeeded();
      await expect(poster).toHaveJSProperty("complete", true);
      expect(await poster.evaluate((poster) => poster.naturalWidth)).toBeGreaterThan(0);
      await page.waitForLoadState("networkidle");
      const bytes = sent.filter(({ path }) => path.endsWith(".wasm") || path.includes("embed")).reduce((sum, { bytes }) => sum + bytes, 0);
      expect(bytes).toBe(0);
      expect(sent.map(({ path }) => path)).toEqual(expect.arrayContaining(["/element.js", "/posters/checkout-lanes-light.svg"]));
    });

    if (DARKEN[recipe])
      test("is dark where the site is", async ({ page }) => {
        const poster = element(page).locator(".stage > img");
        await expect(poster).toHaveAttribute("src", /-light\.svg$/);
        await DARKEN[recipe](page);
        await expect(poster).toHaveAttribute("src", /-dark\.svg$/);
      });

    test("plays on a click, resizes, toggles, and the host hears it", async ({ page, context }) => {
      const origins = new Set();
      page.on("request", (request) => request.url().startsWith("http") && origins.add(new URL(request.url()).origin));
      await page.evaluate(() => {
        window.heard = [];
        for (const type of ["ready", "resize", "toggled"])
          document.addEventListener(type, ({ target, detail }) => target.localName === "sync-or-swim" && window.heard.push([type, detail]), true);
      });
      const heard = (type) => page.evaluate((type) => window.heard.filter(([name]) => name === type).map(([, detail]) => detail), type);
      await element(page).getByRole("button", { name: /^▶ Play/ }).click();
      await expect.poll(() => heard("ready")).toEqual([expect.objectContaining({ version: 1 })]);
      await expect.poll(() => heard("resize")).not.toEqual([]);
      // It grows while figures come in: the frame is as high as was told last.
      const height = () => element(page).locator("iframe").evaluate((frame) => frame.clientHeight);
      await expect.poll(async () => (await height()) - (await heard("resize")).at(-1).height).toBe(0);
      await element(page).evaluate((element) => element.set("orders->payments.charge", "await"));
      await expect.poll(() => heard("toggled")).toEqual([{ edge: "orders->payments.charge", from: "sync", to: "await" }]);
      expect(await context.cookies()).toEqual([]);
      // What the site around fetches of its own is its own affair.
      expect([...origins].filter((origin) => origin !== HOST)).toEqual([SITE]);
    });
  });

if (chosen.includes("html"))
  test("the page of the recipe tells what was flipped", async ({ page }) => {
    await serve(page, HOST, [join(BUILT, "html")]);
    await serve(page, SITE, ["../dist", "element"]);
    await page.goto(HOST + PAGES.html);
    await page.getByRole("button", { name: "Let payments" }).click();
    await expect(page.locator("output")).toHaveText("orders->payments.charge from sync to await");
    await expect(frame(page)).resolves.toBeTruthy();
  });
