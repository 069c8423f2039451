// node build.mjs OUT < codes.json: builds OUT/charts.js, OUT/world.json and OUT/THIRD-PARTY-LICENSES.txt.
// codes.json maps ISO 3166 numeric codes to alpha-3.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { feature, merge } from "topojson-client";

const out = process.argv[2];
const codes = JSON.parse(readFileSync(0, "utf8"));
mkdirSync(out, { recursive: true });

/** The shapes of the map layer that have no ISO number: a code of their own, or the country they are drawn with. */
const UNNUMBERED = { Kosovo: "XKX", "N. Cyprus": "CYP", Somaliland: "SOM" };
const LEFT_OUT = new Set(["ATA"]); // Antarctica: no table has it, and it takes a quarter of the map

function licences(packages) {
  return packages.map((name) => {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const texts = readdirSync(folder).filter((file) => /^(LICEN[CS]E|NOTICE)/.test(file)).sort();
    const text = texts.map((file) => readFileSync(`${folder}/${file}`, "utf8").trim()).join("\n\n");
    return { license, text: `${name} ${version} (${license})\n\n${text}\n` };
  });
}

async function bundle() {
  const options = {
    entryPoints: ["src/charts.js"], bundle: true, minify: true, format: "iife", target: "es2019", charset: "utf8",
    define: { "process.env.NODE_ENV": '"production"' }, legalComments: "eof", metafile: true, write: false,
  };
  const { outputFiles: [{ text }], metafile } = await build(options);
  const inputs = Object.keys(metafile.inputs).map((path) => path.match(/^node_modules\/((@[^/]+\/)?[^/]+)/)?.[1]);
  const notices = licences([...new Set([...inputs.filter(Boolean), "world-atlas"])].sort());
  const rule = `\n${"-".repeat(80)}\n`;
  writeFileSync(`${out}/THIRD-PARTY-LICENSES.txt`, notices.map((notice) => notice.text).join(rule));
  // The script is copied into reports that travel alone, so it carries its notices; Apache-2.0 ships with tanheng itself.
  const short = notices.map(({ license, text }) => (license === "Apache-2.0" ? text.split("\n")[0] : text)).join(rule);
  writeFileSync(`${out}/charts.js`, `${text}/*! This script contains:\n\n${short}*/\n`);
}

function ring(points) {
  const rounded = points.map(([x, y]) => [Math.round(x * 100) / 100, Math.round(y * 100) / 100]);
  return rounded.filter(([x, y], i) => i === 0 || x !== rounded[i - 1][0] || y !== rounded[i - 1][1]);
}

function compact({ type, coordinates }) {
  const polygons = (type === "Polygon" ? [coordinates] : coordinates)
    .map((rings) => rings.map(ring).filter((points) => points.length > 3)).filter((rings) => rings.length);
  return polygons.length === 1
    ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons };
}

function world() {
  const topology = JSON.parse(readFileSync("node_modules/world-atlas/countries-110m.json", "utf8"));
  const byId = new Map();
  for (const shape of topology.objects.countries.geometries) {
    const id = codes[shape.id] ?? UNNUMBERED[shape.properties.name];
    if (!id) throw new Error(`the map layer has a shape without a code: ${shape.id} ${shape.properties.name}`);
    if (!LEFT_OUT.has(id)) byId.set(id, [...(byId.get(id) ?? []), shape]);
  }
  const features = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, shapes]) => {
    const named = shapes.find((shape) => shape.id !== undefined) ?? shapes[0];
    const geometry = shapes.length > 1 ? merge(topology, shapes) : feature(topology, named).geometry;
    return { type: "Feature", properties: { id, name: named.properties.name }, geometry: compact(geometry) };
  });
  writeFileSync(`${out}/world.json`, `${JSON.stringify({ type: "FeatureCollection", features })}\n`);
}

await bundle();
world();
