// A static host as plain as they come: `node serve.js DIRECTORY PORT`. No fallback page, no header but the type.
import { createReadStream, promises as fs } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { TYPES } from "./media.js";

const root = resolve(process.argv[2] ?? "../dist");
const port = Number(process.argv[3] ?? 8791);

/** The file that a request path names, or null where there is none inside of the root. */
async function fileOf(url) {
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

createServer(async (request, response) => {
  const file = await fileOf(request.url).catch(() => null);
  if (!file) {
    response.writeHead(404, { "content-type": "text/plain" }).end("There is no such file.\n");
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
  createReadStream(file).pipe(response);
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/ serves ${root}`));
