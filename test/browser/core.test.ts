/** The rooms below sinks in a browser: they bundle without Node, are small, and compute Node's numbers to the last bit. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { rooms } from "../../scripts/rooms.ts";
import { dataHash } from "../../src/problems/data/dataHash.ts";
import { gaussianData } from "../../src/problems/data/gaussianData.ts";
import { openChromium } from "../support/chromium.ts";
import { knownFingerprint } from "../support/fingerprint.ts";
import { elsewhere, generators, hashes } from "../support/generators.ts";
import { sourceFiles, sourceOf } from "../support/imports.ts";
import { bundled, linesInPage } from "../support/page.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const browser = await openChromium();
if (browser === undefined) console.log("skipped: no Chromium on this machine (Debian: apt-get install chromium)");

const bundling = suite("bundles for a browser");

for (const { name } of rooms.filter((room) => room.browser === true)) {
  bundling(`are made of ${name} without a module of Node's`, async () => {
    const script = await bundled(`import * as room from "fluxion/${name}"; console.log(Object.keys(room).length);`);
    assert.not.match(script, /from\s*"node:|require\("(?:node:)?fs"\)/);
  });
}

bundling("are at most 30 kB, compressed, for a game with four methods", async () => {
  const script = await bundled(
    `import { bilinear, chain, extragradient, gradientStep, iterate, optimistic, untilStep } from "fluxion";
     import { proximalPoint } from "fluxion/operators";
     for (const step of [gradientStep(0.3), extragradient({ stepSize: 0.3 }), chain(optimistic(), gradientStep(0.3)),
       proximalPoint({ stepSize: 0.3 })]) {
       iterate(bilinear(), [1, 1], chain(untilStep(9), step)).subscribe((it) => console.log(it.squaredFieldNorm));
     }`,
    true,
  );
  const size = gzipSync(script).length;
  assert.ok(size <= 30_000, `${size} bytes`);
});

bundling.run();

const seeded = suite("seeded numbers");

seeded("are drawn in no file that the list of generators lacks", () => {
  const known = new Set([...generators.map(({ file }) => file), ...elsewhere]);
  const drawing = sourceFiles().filter((file) =>
    /\brandomSource\(/.test(sourceOf(file).replace(/\/\*[\s\S]*?\*\//g, "")),
  );
  assert.equal(
    drawing.filter((file) => !known.has(file)),
    [],
  );
});

seeded("have the hashes of the list", () => {
  assert.equal(
    hashes(),
    generators.map(({ hash }) => hash),
  );
  const data = gaussianData({ samples: 1000, inputs: 16, seed: 1 });
  assert.match(dataHash([1000, 16], data), /^sha256:e3402cfc/);
});

seeded.run();

const running = suite("in Chromium");

running("elementary functions and seeded numbers have Node's bits", async () => {
  if (browser === undefined) return;
  const script = await bundled(
    `import { fingerprint } from "./test/support/fingerprint.ts";
     import { hashes } from "./test/support/generators.ts";
     console.log(fingerprint()); console.log(hashes().join(" ")); console.log("done");`,
  );
  assert.equal(await linesInPage(browser, script), [knownFingerprint, generators.map(({ hash }) => hash).join(" ")]);
});

for (const file of ["bilinear.ts", "finders.ts", "ownLoss.ts", "ownOperator.ts", "switchOnFlatness.ts"]) {
  running(`examples/${file} prints Node's lines`, async () => {
    if (browser === undefined) return;
    const { stdout } = spawnSync(
      process.execPath,
      ["--conditions=fluxion-source", "--import", "tsx", `${examples}${file}`],
      { encoding: "utf8" },
    );
    const expected = stdout.trimEnd().split("\n");
    // The example ends when nothing is left to do, which a page does not tell: it ends with the last line that Node printed.
    const last = JSON.stringify(expected.at(-1));
    const script = `const printed = console.log;
      let left = ${expected.length};
      console.log = (text) => { printed(text); left -= String(text).split("\\n").length; if (left === 0) setTimeout(() => printed("done"), 50); };
      setTimeout(() => { printed("not all lines came, the last was to be " + ${last}); printed("done"); }, 30000);
      ${await bundled(readFileSync(`${examples}${file}`, "utf8"))}`;
    assert.equal(await linesInPage(browser, script), expected);
  });
}

running("a page that forbids WebAssembly gets the interpreter, and the same minimum", async () => {
  if (browser === undefined) return;
  const script = await bundled(
    `import * as tf from "@tensorflow/tfjs-core";
     import { chain, iterate, newtonMR, objective, untilCritical } from "fluxion";
     import { describeExecutor } from "fluxion/autodiff";
     const loss = objective([[2]], (w) => tf.sum(tf.square(tf.sub(tf.exp(w), 2))));
     console.log(describeExecutor().executor);
     iterate(loss, [1, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonMR())).subscribe((it) => {
       if (it.status !== "running") { console.log(it.status); console.log(it.point[0].toFixed(12)); console.log("done"); }
     });`,
  );
  const lines = await linesInPage(browser, script, { policy: "default-src 'none'; script-src 'self'" });
  assert.equal(lines, ["interpreter", "converged", Math.LN2.toFixed(12)]);
});

running.after(() => browser?.close());
running.run();
