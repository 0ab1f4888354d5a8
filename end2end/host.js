// Pages of a host, and the site that they embed, each under a name of its own: nothing of it leaves the machine.
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { TYPES } from "./media.js";

export const HOST = "https://docs.example";
export const SITE = "https://playground.example";
/** The strictest policy under which a host can embed: what docs/embedding/contract.md says, and nothing more. */
export const POLICY = `default-src 'none'; script-src ${SITE}; img-src ${SITE}; frame-src ${SITE}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;

/** A host's page with this body. */
export const document = (body, head = "", site = SITE) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A page of a host</title>
<script src="${site}/element.js" defer></script>${head}</head><body><main><h1>A page of a host</h1>${body}</main></body></html>`;

/** Answers each request by the first of these directories that has the file; `counted` gets what was sent. */
export async function serve(page, origin, directories, headers = {}, counted = []) {
  await page.route(`${origin}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    for (const directory of directories) {
      const body = await readFile(join(directory, decodeURIComponent(path))).catch(() => null);
      if (!body) continue;
      counted.push({ path, bytes: body.length });
      return route.fulfill({ body, contentType: TYPES[extname(path)] ?? "application/octet-stream", headers });
    }
    counted.push({ path, bytes: 0 });
    return route.fulfill({ status: 404, body: "There is no such file." });
  });
}

/** Opens a host's page with this body under this policy. */
export async function show(page, body, policy = POLICY, head = "", site = SITE) {
  await page.route(`${HOST}/`, (route) =>
    route.fulfill({ contentType: "text/html", body: document(body, head, site), headers: { "content-security-policy": policy } }),
  );
  await page.goto(`${HOST}/`);
}

/** The frame of the nth element, once it is there. */
export async function frame(page, nth = 0) {
  const inside = await page.locator("sync-or-swim").nth(nth).locator("iframe").elementHandle();
  return inside.contentFrame();
}
