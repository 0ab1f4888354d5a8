// The pages that links to gallery entries lead to, and what they say to other programs.
import { readdirSync, readFileSync } from "node:fs";
import { axeFindings, expect, test } from "../site.js";
import { SITE, serve } from "../host.js";

const entries = readdirSync("../scenarios").filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));

test("every entry of the gallery has its page, which says what a preview shows", async ({ page, request }) => {
  for (const entry of entries) {
    const html = await (await request.get(`./s/${entry}.html`)).text();
    await page.setContent(html.replace(/<script.*<\/script>/, ""));
    const said = async (name) => page.locator(`meta[property="og:${name}"]`).getAttribute("content");
    expect(await said("title")).not.toBe("");
    expect((await said("description")).length).toBeGreaterThan(20);
    expect(await said("url")).toMatch(new RegExp(`s/${entry}\\.html$`));
    expect(html).toContain(`<sync-or-swim example="${entry}"`);
  }
});

test("a page of the gallery shows its poster under its policy, and plays", async ({ page }) => {
  await serve(page, SITE, ["../dist", "element"]);
  await page.goto(`${SITE}/s/checkout.html`);
  await expect(page.locator(".stage > img")).toHaveJSProperty("complete", true);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: /^▶ Play: Checkout/ }).click();
  await expect(page.frameLocator("iframe").locator('[data-test="measured"]')).toHaveText(/^whole run of/);
  await expect(page.getByRole("link", { name: "Open the playground" })).toHaveAttribute("href", "../#ex=checkout");
});

test("an answer of oEmbed, where the site has one, is a frame of the contract", () => {
  const files = readdirSync("../dist").includes("oembed") ? readdirSync("../dist/oembed") : [];
  expect([0, entries.length]).toContain(files.length);
  for (const file of files) {
    const answer = JSON.parse(readFileSync(`../dist/oembed/${file}`, "utf8"));
    expect(answer).toMatchObject({ type: "rich", version: "1.0", width: 800, height: 480 });
    expect(answer.html).toContain(`embed.html#embed=v1&amp;ex=${file.slice(0, -5)}"`);
  }
});
