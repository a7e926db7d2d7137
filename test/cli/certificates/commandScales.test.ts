/** `fluxion certify` says the same of every point, whatever the units of the loss and of the data. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readCertificates } from "../../../src/cli/certificates/certificatesFile.ts";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { alongOrbit } from "../../support/certified.ts";
import { fluxion, scratchDirectory } from "../../support/command.ts";
import { normalVector } from "../../support/random.ts";

const units = suite("fluxion certify in other units");
const here = scratchDirectory();
const powers = [-100, 0, 100];

/** What the command says of points, with a module whose text depends on a power of two. */
async function saidOf(moduleOf: (power: number) => string, points: readonly ArrayLike<number>[]): Promise<unknown[]> {
  writeFileSync(join(here, "points.csv"), points.map((z) => Array.from(z).join(",")).join("\n"));
  const said: unknown[] = [];
  for (const power of powers) {
    writeFileSync(join(here, `loss${power}.ts`), moduleOf(power));
    const { code, stdout, stderr } = await fluxion(["certify", `./loss${power}.ts`, "--points", "points.csv"], here);
    assert.ok(code === 0 || code === 1, stderr);
    const { certificates } = readCertificates(join(here, "certificates.json"));
    const verdicts = certificates.map(({ statement }) => {
      return [statement.verdict, statement.morseIndex, statement.kernelDimension];
    });
    said.push({ code, verdicts, counts: /^\d+ of \d+ proved critical.*$/m.exec(stdout)?.[0] });
  }
  return said;
}

units("of the loss", async () => {
  const points = [
    [-3, 0],
    [-2.9, 0.1],
    [Math.SQRT2, 0],
    [5, 1],
  ];
  const said = await saidOf(
    (power) => `
      import * as tf from "@tensorflow/tfjs";
      import { objective } from "fluxion";
      export default objective([[], []], (x: tf.Scalar, y: tf.Scalar) =>
        tf.mul(2 ** ${power}, tf.addN([tf.mul(0.25, tf.pow(x, 4)), tf.mul(-3, tf.square(x)), tf.mul(9, x), tf.square(y)])));`,
    points,
  );
  assert.match(JSON.stringify(said[1]), /"zero".*"no zero"/);
  for (const other of said) assert.equal(other, said[1]);
});

units("of the data", async () => {
  const data = gaussianData({ inputs: 3, samples: 12, seed: 2 });
  const known = deepLinearAutoencoder({ inputs: 3, hidden: 1, data }).criticalPoints();
  const zeros = [...known].map(({ directions }, i) => alongOrbit(known.representative(directions), 3, 1, i));
  const noise = normalVector(zeros[0]!.length, 5);
  const beside = zeros.map((z, i) => z.map((x, j) => x + (i % 2 === 0 ? 1e-6 : 1e-3) * noise[j]!));
  const said = await saidOf(
    (power) => `
      import { deepLinearAutoencoder } from "fluxion/problems";
      const data = Float64Array.of(${data.join(", ")}).map((x) => x * 2 ** ${power});
      export default deepLinearAutoencoder({ inputs: 3, hidden: 1, data });`,
    [...zeros, ...beside, noise],
  );
  for (const other of said) assert.equal(other, said[1]);
});

units.run();
