// Builds everything the browser gets into static/ (or the folder given as argument).
// The output is committed and has to be the same bytes on every machine: no hashes of paths, no
// dates, fixed order.
import * as esbuild from "esbuild";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { licences, packagesOf } from "./licences.mjs";
import { sprite } from "./sprite.mjs";
import { prunedVariables } from "./variables.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const out = path.resolve(process.argv[2] ?? path.join(root, "static"));
const built = ["css", "js", "fonts", "icons.svg", "mark.svg", "favicon.svg", "licences.txt"];

const common = {
  bundle: true,
  minify: true,
  legalComments: "none",
  metafile: true,
  charset: "utf8",
  absWorkingDir: root,
  logLevel: "warning",
};

function scripts() {
  return esbuild.build({
    ...common,
    entryPoints: { theme: "assets/js/theme.js", main: "assets/js/main.js", editor: "assets/js/editor.js" },
    outdir: path.join(out, "js"),
    format: "iife",
    target: "es2022",
  });
}

function styles() {
  return esbuild.build({
    ...common,
    entryPoints: { main: "assets/css/main.css" },
    outdir: path.join(out, "css"),
    loader: { ".woff2": "file" },
    assetNames: "../fonts/[name]",
    plugins: [prunedVariables(path.join(here, "css"))],
  });
}

async function drawings() {
  const names = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
  const folder = path.join(root, "node_modules", "lucide-static", "icons");
  await writeFile(path.join(out, "icons.svg"), await sprite(folder, names, path.join(here, "icons")));
  for (const name of ["mark.svg", "favicon.svg"]) {
    await copyFile(path.join(here, "drawings", name), path.join(out, name));
  }
}

await mkdir(out, { recursive: true });
for (const name of await readdir(out)) {
  if (built.includes(name)) await rm(path.join(out, name), { recursive: true });
}
await mkdir(path.join(out, "css"));
const results = await Promise.all([scripts(), styles()]);
await drawings();
const packages = [...packagesOf(results), "lucide-static"];
await writeFile(path.join(out, "licences.txt"), await licences(root, packages));
