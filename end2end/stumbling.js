// A WebAssembly module of the page, as src/border.rs describes it, in which every question meets a mistake.
import { readFileSync } from "node:fs";

/** A module that stumbles over every question, with these words. */
export function stumbling(words) {
  const [, version] = readFileSync("../src/protocol.rs", "utf8").match(/VERSION: u32 = (\d+)/);
  const section = (kind, bytes) => [kind, bytes.length, ...bytes];
  const name = (text) => [text.length, ...new TextEncoder().encode(text)];
  const [number, local, global, give, end, stumble] = [0x41, 0x20, 0x23, 0x24, 0x0b, 0x00];
  const behind = [number, 0x80, 0xc0, 0x00]; // 8192: the question lies behind the words
  const functions = {
    ready: [number, Number(version)],
    room: [local, 0, give, 1],
    answer: [number, 0, give, 0, number, words.length, give, 1, stumble],
    place: [global, 0],
    length: [global, 1],
  };
  const exports = Object.keys(functions).flatMap((text, index) => [...name(text), 0, index]);
  return Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [3, 0x60, 0, 1, 0x7f, 0x60, 1, 0x7f, 0, 0x60, 0, 0]),
    ...section(3, [5, 0, 1, 2, 0, 0]),
    ...section(5, [1, 0, 32]),
    ...section(6, [2, 0x7f, 1, ...behind, end, 0x7f, 1, number, 0, end]),
    ...section(7, [6, ...name("memory"), 2, 0, ...exports]),
    ...section(10, [5, ...Object.values(functions).flatMap((code) => [code.length + 2, 0, ...code, end])]),
    ...section(11, [1, 0, number, 0, end, ...name(words)]),
  ]);
}
