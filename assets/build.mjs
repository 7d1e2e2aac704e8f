// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Bundles the front end into dist/: one style sheet, one script, one sprite,
// the icon; names carry the content's hash, each file also stands compressed,
// manifest.json maps logical names to files and sizes. It fails when the first
// load is heavier than the budget.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import esbuild from "esbuild";
import { compile } from "./style.mjs";

const here = new URL(".", import.meta.url);
const read = (path) => readFile(new URL(path, here), "utf8");
const target = ["chrome109", "firefox115"];
const budget = 300 * 1024; // compressed bytes of a first load, without the page itself

async function style() {
  const own = await Promise.all(
    ["tokens", "shell", "parts", "marks", "list", "form", "record", "paper", "pair", "slip", "guide", "year", "today", "board", "print"].map((f) => read(`src/css/${f}.css`)),
  );
  const { css, dropped } = compile(await read("node_modules/@tabler/core/dist/css/tabler.css"), own.join("\n"));
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, target, legalComments: "inline" });
  console.log(`style: ${dropped} declarations of unknown colour dropped`);
  return code;
}

async function script() {
  const out = await esbuild.build({
    entryPoints: [new URL("src/js/app.js", here).pathname],
    bundle: true, minify: true, write: false, target, format: "iife", legalComments: "none",
  });
  return out.outputFiles[0].text;
}

async function sprite() {
  const names = JSON.parse(await read("icons.json"));
  const symbols = await Promise.all(
    Object.entries(names).map(async ([name, drawing]) => {
      const svg = await read(`node_modules/@tabler/icons/icons/outline/${drawing}.svg`);
      const shapes = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"));
      const drawn = shapes.replace(/<path stroke="none"[^>]*\/>/g, "").replace(/\s*\n\s*/g, "");
      return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${drawn}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

async function clear() {
  await mkdir(new URL("dist/", here), { recursive: true });
  for (const f of await readdir(new URL("dist/", here))) {
    if (f !== ".keep") await rm(new URL(`dist/${f}`, here), { recursive: true });
  }
}

async function put(manifest, name, text) {
  const raw = Buffer.from(text);
  const hash = createHash("sha256").update(raw).digest("hex").slice(0, 12);
  const file = name.replace(/(\.\w+)$/, `.${hash}$1`);
  const gzip = gzipSync(raw, { level: 9 });
  const brotli = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  await writeFile(new URL(`dist/${file}`, here), raw);
  await writeFile(new URL(`dist/${file}.gz`, here), gzip);
  await writeFile(new URL(`dist/${file}.br`, here), brotli);
  manifest[name] = { file, bytes: raw.length, gzip: gzip.length, brotli: brotli.length };
}

const manifest = {};
const files = { "app.css": await style(), "app.js": await script(), "sprite.svg": await sprite(), "icon.svg": await read("src/icon.svg") };
await clear();
for (const [name, text] of Object.entries(files)) await put(manifest, name, text);
await writeFile(new URL("dist/manifest.json", here), JSON.stringify(manifest, null, 2) + "\n");

console.table(manifest, ["bytes", "gzip", "brotli"]);
const total = Object.values(manifest).reduce((n, f) => n + f.gzip, 0);
console.log(`first load: ${(total / 1024).toFixed(1)} KiB gzip of ${budget / 1024} KiB`);
if (total > budget) {
  console.error("first load is over the budget");
  process.exit(1);
}
