// Makes the scripts that pages load out of their modules, and packs whatever compresses, once and for all. `npm run bundle`.

import { build } from "esbuild";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const VENDOR = here("../static/vendor/");

/** The fields belong to the widgets' side; under /assets/ both stand in one folder. */
const fields = {
  name: "fields",
  setup: ({ onResolve }) => onResolve({ filter: /\/fields\.js$/ }, () => ({ path: here("../../workbook/static/fields.js") })),
};

async function pack(path) {
  const content = await readFile(path);
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
}

await build({
  entryPoints: [here("../static/page.js"), here("widgets.js"), here("chart.js")],
  outdir: VENDOR,
  entryNames: "[name]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
  alias: { "sanitize-html": here("sanitize.js") },
  plugins: [fields],
  external: ["/assets/*"],
});

const files = await readdir(VENDOR);
await Promise.all(files.filter((name) => /\.(js|css)$/.test(name)).map((name) => pack(VENDOR + name)));
