// PatternFly declares some 4,000 custom properties for all of its themes. This keeps those that
// the chosen components can reach, in the default and the dark theme.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

const USE = /var\(\s*(--pf-t--[\w-]+|--pf-v6-global[\w-]*)/g;
const OTHER_THEMES = /felt|glass|high-contrast|m-dir-rtl/;

const uses = (text) => [...text.matchAll(USE)].map((match) => match[1]);

async function allText(files) {
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}

function blocks(css) {
  return [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)]
    .map(([, selector, body]) => ({ selector: selector.trim(), body }))
    .filter(({ selector }) => !OTHER_THEMES.test(selector))
    .map(({ selector, body }) => ({
      selector,
      declarations: body.split(";").map((line) => line.trim()).filter(Boolean).map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
    }));
}

function reachable(all, seeds) {
  const values = new Map();
  for (const { declarations } of all) {
    for (const [name, value] of declarations) values.set(name, [...(values.get(name) ?? []), value]);
  }
  const found = new Set();
  const waiting = [...seeds];
  while (waiting.length) {
    const name = waiting.pop();
    if (found.has(name)) continue;
    found.add(name);
    for (const value of values.get(name) ?? []) waiting.push(...uses(value));
  }
  return found;
}

/** An esbuild plugin; `folder` holds our own style sheets, whose imports name the components. */
export function prunedVariables(folder) {
  return {
    name: "pruned-variables",
    setup(build) {
      build.onLoad({ filter: /patternfly-variables\.css$/ }, async ({ path: file }) => {
        const own = (await readdir(folder)).filter((name) => name.endsWith(".css")).sort();
        const ours = await allText(own.map((name) => path.join(folder, name)));
        const modules = path.resolve(path.dirname(file), "../../..");
        const imported = [...ours.matchAll(/@import "(@patternfly[^"]+)"/g)].map((match) => match[1]);
        const theirs = await allText(
          imported.filter((name) => !name.endsWith("patternfly-variables.css")).map((name) => path.join(modules, name)),
        );
        const all = blocks(await readFile(file, "utf8"));
        const keep = reachable(all, uses(ours + theirs));
        const contents = all.map(({ selector, declarations }) =>
          `${selector}{${declarations.filter(([name]) => keep.has(name)).map((pair) => pair.join(":")).join(";")}}`,
        ).join("\n");
        return { contents, loader: "css" };
      });
    },
  };
}
