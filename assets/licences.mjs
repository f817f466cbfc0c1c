// The licences of everything that stands in static/, taken from the packages it is built from.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const FONTS = `Red Hat Display, Red Hat Mono, Red Hat Text
Copyright 2021 Red Hat, Inc. (https://github.com/RedHatOfficial/RedHatFont)
Licensed under the SIL Open Font License, Version 1.1 (https://openfontlicense.org).
`;

/** The packages that these esbuild results were made from. */
export function packagesOf(results) {
  const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs));
  return [...new Set(inputs.map((file) => file.match(PACKAGE)?.[1]).filter(Boolean))];
}

/** One text with the licence of each package, in the order of their names. */
export async function licences(root, packages) {
  const parts = [FONTS];
  for (const name of [...packages].sort()) {
    const folder = path.join(root, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).sort().find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(path.join(folder, file), "utf8") : `Licence: ${license}\n`;
    parts.push(`${name} ${version}\n\n${text.trim()}\n`);
  }
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}
