// A static host as plain as they come. No fallback page, no header but the type.
import { promises as fs } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { TYPES } from "./media.js";

/** The file inside of `root` that a request path names, or null where there is none. */
async function fileOf(root, url) {
  const path = decodeURIComponent(new URL(url, "http://localhost").pathname);
  let file = normalize(join(root, path));
  if (file !== root && !file.startsWith(root + sep)) return null;
  let found = await fs.stat(file).catch(() => null);
  if (found?.isDirectory()) {
    file = join(file, "index.html");
    found = await fs.stat(file).catch(() => null);
  }
  return found?.isFile() ? file : null;
}

/** A server of the files in `root`, each as `edit` makes it, which is given its name and its bytes. */
export function host(root, edit = (_, bytes) => bytes) {
  return createServer(async (request, response) => {
    const file = await fileOf(root, request.url).catch(() => null);
    if (!file) {
      response.writeHead(404, { "content-type": "text/plain" }).end("There is no such file.\n");
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(edit(file.slice(root.length + 1), await fs.readFile(file)));
  });
}
