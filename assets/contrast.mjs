// Recomputes the contrasts of the colour table (WCAG 2.2) in both themes. Any text below 4.5 : 1, and
// any edge or mark below 3 : 1, ends with exit code 1.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const TEXT = 4.5;
const EDGE = 3;
const GROUNDS = ["surface", "bg", "sunken"];
const TINTED = ["accent", "local", "compatible", "staging", "production", "blocker", "high", "medium", "low", "proven", "unknown"];
const CODE = ["code-key", "code-string", "code-number", "code-comment", "text"];
const CODE_GROUNDS = ["surface", "diff-add", "diff-remove", "hit", "accent-bg", "high-bg", "medium-bg", "blocker-bg"];

const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

function luminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Every pair of a theme that has to keep its distance: name, ground, and the least contrast. */
function* pairs() {
  for (const name of ["text", "text2", ...TINTED]) for (const ground of GROUNDS) yield [name, ground, TEXT];
  for (const name of TINTED) yield [name, `${name}-bg`, TEXT];
  for (const ground of ["accent-bg", "high-bg", "blocker-bg", "proven-bg", "unknown-bg", "raised"]) {
    yield ["text", ground, TEXT];
    yield ["text2", ground, TEXT];
  }
  for (const name of CODE) for (const ground of CODE_GROUNDS) yield [name, ground, TEXT];
  yield ["accent", "raised", TEXT];
  yield ["accent-hover", "surface", TEXT];
  yield ["on-accent", "accent", TEXT];
  yield ["on-accent", "accent-hover", TEXT];
  yield ["shu", "surface", EDGE];
  for (const ground of GROUNDS) yield ["border2", ground, EDGE];
}

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), "css", "tokens.css");
const blocks = [...(await readFile(file, "utf8")).matchAll(/([^{}]+)\{([^{}]*)\}/g)];
const themes = blocks.map(([, selector, body]) => [
  selector.includes("dark") ? "dark" : "light",
  Object.fromEntries([...body.matchAll(/--kh-([\w-]+):\s*(#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]])),
]);

let failed = 0;
for (const [theme, colours] of themes) {
  const lowest = new Map();
  for (const [name, ground, least] of pairs()) {
    const found = contrast(colours[name], colours[ground]);
    if (found < (lowest.get(name) ?? 99)) lowest.set(name, found);
    if (found < least) {
      failed += 1;
      console.error(`${theme}: ${name} on ${ground} is ${found.toFixed(2)} : 1, less than ${least}`);
    }
  }
  const table = [...lowest].map(([name, found]) => `${name} ${found.toFixed(1)}`).join(" · ");
  console.log(`${theme}: ${table}`);
}
process.exitCode = failed ? 1 : 0;
