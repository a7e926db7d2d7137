import * as Plot from "@observablehq/plot";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { logAxis } from "../../src/figures/logAxis.ts";
import { page } from "../../src/figures/page.ts";
import { thinned } from "../../src/figures/runs.ts";

const panel = { plot: { marks: [Plot.dot([{ x: 1.23456, y: 2 }], { x: "x", y: "y" })] } };

const pages = suite("page");
pages("puts three panels in a row, or rows as they are given", () => {
  const places = (svg: string): string[] =>
    [...svg.matchAll(/<svg(?= )[^>]*class="plot-[^>]*>/g)].map(
      ([tag]) => `${/ x="(\d+)"/.exec(tag)?.[1]},${/ y="(\d+)"/.exec(tag)?.[1]}`,
    );
  const flat = places(page({ title: "t", panels: [panel, panel, panel, panel] }));
  assert.is(flat.length, 4);
  assert.is(flat[0]!.split(",")[1], flat[2]!.split(",")[1]);
  assert.is(flat[0]!.split(",")[0], flat[3]!.split(",")[0]);
  const rows = places(page({ title: "t", panels: [[panel], [panel]] }));
  assert.is(rows[0]!.split(",")[0], rows[1]!.split(",")[0]);
});
pages("escapes words, and shortens coordinates but not words", () => {
  const svg = page({ title: "a < b & 0.0001", panels: [panel], caption: ["3.14159"] });
  assert.match(svg, /a &lt; b &amp; 0\.0001/);
  assert.match(svg, />3\.14159</);
  assert.not.match(svg.replace(/>[^<]*</g, "><"), /\d\.\d{3,}/);
});
pages.run();

const axes = suite("logAxis");
axes("has powers of ten, at most as many as asked for", () => {
  assert.equal(logAxis("g", 1e-32, 10, 5).ticks, [1e-28, 1e-21, 1e-14, 1e-7, 1]);
  assert.equal(logAxis("g", 1e-3, 1).ticks, [1e-3, 1e-2, 1e-1, 1]);
});
axes("has 1, 2 and 5 within a decade", () => {
  assert.equal(logAxis("g", 1.5e-4, 8e-4).ticks, [2e-4, 5e-4]);
});
axes.run();

const thinning = suite("thinned");
thinning("keeps the first and the last, and no more than asked for", () => {
  const kept = thinned(
    Array.from({ length: 1001 }, (_, i) => i),
    11,
  );
  assert.equal(kept, [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  assert.equal(thinned([1, 2], 10), [1, 2]);
});
thinning.run();
