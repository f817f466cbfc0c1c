// Makes one SVG sprite of the icons in use: Lucide's, and a few of our own.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

const SHAPES = /<(?:path|rect|circle|line|polyline|polygon|ellipse)[^>]*\/>/g;

async function symbol(id, file) {
  const shapes = (await readFile(file, "utf8")).match(SHAPES);
  if (!shapes) throw new Error(`${file} holds no shape`);
  return `<symbol id="${id}" viewBox="0 0 24 24">${shapes.map((s) => s.replace(/\s+/g, " ")).join("")}</symbol>`;
}

/** `names` maps our name for a meaning to Lucide's file name. */
export async function sprite(lucide, names, own) {
  const ours = (await readdir(own)).filter((file) => file.endsWith(".svg")).sort();
  const symbols = await Promise.all([
    ...Object.keys(names).sort().map((id) => symbol(id, path.join(lucide, `${names[id]}.svg`))),
    ...ours.map((file) => symbol(path.basename(file, ".svg"), path.join(own, file))),
  ]);
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}
