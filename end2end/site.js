// What every test of the site starts from: a page that remembers whatever went wrong on it.
import { test as base, expect } from "@playwright/test";
import { AxeBuilder } from "@axe-core/playwright";

export { expect };

/** What the browser of a test says where its configuration lets no service worker be. */
const BLOCKED = "Service Worker registration blocked by Playwright";

/** `test` with a `complaints` fixture; a test that ends with a complaint fails. */
export const test = base.extend({
  complaints: [
    async ({ page }, use) => {
      const complaints = [];
      page.on("console", (message) => {
        if (message.text() === BLOCKED) return;
        if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
      });
      page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
      page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
      page.on("response", (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
      });
      await page.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => {
          console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
        });
      });
      await use(complaints);
      expect(complaints, "console errors, failed requests, violations of the content policy").toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens the playground and waits until it has taken the place of the start element. */
export async function open(page, hash = "") {
  await page.goto(`./${hash}`);
  await expect(page.locator("#start")).toHaveCount(0);
}

/** What axe finds against WCAG 2.2 AA and its own best practices in the page or a part of it, one line each. */
export async function axeFindings(page, part = "html") {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} (${rule.help})`));
}
