// `node serve.js DIRECTORY PORT` serves a directory on this machine.
import { resolve } from "node:path";
import { host } from "./static.js";

const root = resolve(process.argv[2] ?? "../dist");
const port = Number(process.argv[3] ?? 8791);

host(root).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/ serves ${root}`));
