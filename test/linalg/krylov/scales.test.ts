/** Krylov methods at every scale: powers of two change exponents, and no other bit. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { scaleByPower } from "../../../src/elementary/index.ts";
import { gmres } from "../../../src/linalg/krylov/gmres.ts";
import { lanczos } from "../../../src/linalg/krylov/lanczos.ts";
import { minresQLP } from "../../../src/linalg/krylov/minres/minresQLP.ts";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { norm } from "../../../src/linalg/vector.ts";
import * as fc from "../../support/fastCheck.ts";
import { batteryOf, knownSystem } from "../../support/knownSystems.ts";
import { normalVector } from "../../support/random.ts";

const times = (v: Float64Array, power: number): Float64Array => v.map((entry) => scaleByPower(entry, power));
const exponent = fc.integer({ min: -500, max: 500 });
const seed = fc.integer({ min: 0, max: 50 });
const size = 7;

const scales = suite("Krylov methods at every scale");

scales("gmres: A times 2^p and b times 2^q give x times 2^(q - p), with restarts and a preconditioner too", () => {
  fc.assert(
    fc.property(exponent, exponent, seed, fc.constantFrom(undefined, 3), fc.boolean(), (p, q, from, restart, with_) => {
      const [matrix, b] = [normalVector(size * size, from), normalVector(size, from + 100)];
      const weights = Float64Array.from({ length: size }, (_, i) => 1 + i);
      const of = (a: number, right: number) =>
        gmres(denseMatrix(size, size, times(matrix, a)), times(b, right), {
          ...(restart === undefined ? {} : { restart, maxIterations: 12 }),
          ...(with_ ? { preconditioner: diagonal(weights) } : {}),
        });
      const [plain, scaled] = [of(0, 0), of(p, q)];
      assert.equal(Array.from(times(scaled.x, p - q)), Array.from(plain.x));
      assert.is(scaled.residualNorm, scaleByPower(plain.residualNorm, q));
      assert.is(scaled.relativeResidual, plain.relativeResidual);
      assert.is(scaled.termination, plain.termination);
      assert.is(scaled.iterations, plain.iterations);
    }),
  );
});

scales("minresQLP: a shift and a preconditioner scale with A, by powers of four since norms in P take a root", () => {
  fc.assert(
    fc.property(exponent, exponent, seed, (p, q, from) => {
      const entries = Float64Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + i * i));
      const inverse = entries.map((entry) => 1 / (Math.abs(entry) + 0.5));
      const b = normalVector(size, from);
      const of = (a: number, right: number) =>
        minresQLP(diagonal(times(entries, a)), times(b, right), {
          shift: scaleByPower(0.25, a),
          preconditioner: diagonal(times(inverse, -a)),
        });
      const even = 2 * Math.round(p / 2);
      const [plain, scaled] = [of(0, 0), of(even, q)];
      assert.equal(Array.from(times(scaled.x, even - q)), Array.from(plain.x));
      assert.is(scaled.termination, plain.termination);
      assert.is(scaled.relativeResidual, plain.relativeResidual);
    }),
  );
});

scales("lanczos: Ritz values and remainders scale with A, vectors stay", () => {
  const within = fc.integer({ min: -900, max: 900 });
  fc.assert(
    fc.property(within, seed, (p, from) => {
      const { map } = knownSystem({ n: size, seed: from, condition: 1e4, nullity: 1, outside: 1 });
      const { map: other } = knownSystem({ n: size, seed: from, condition: 1e4, nullity: 1, outside: 1, p });
      const [plain, scaled] = [lanczos(map, { steps: 5, seed: from }), lanczos(other, { steps: 5, seed: from })];
      assert.equal(Array.from(times(scaled.values, -p)), Array.from(plain.values));
      assert.is(scaled.remainder, scaleByPower(plain.remainder, p));
      assert.equal(scaled.weights, plain.weights);
      assert.equal(scaled.basis, plain.basis);
    }),
  );
});

const verdicts = suite("gmres and the oracle");

verdicts("a solution has its residual, and a breakdown the least one, however near A is to a singular matrix", () => {
  for (const options of batteryOf(120, 40)) {
    const { n } = options;
    const system = knownSystem({ ...options, p: 0, q: 0 });
    const { x, termination, relativeResidual } = gmres(system.map, system.b, { restart: n, maxIterations: 4 * n });
    const size = norm(system.b);
    // Products with an x as long as this are right to so much.
    const rounding = (64 * Number.EPSILON * system.norm * system.leastLength) / size;
    const residual = system.residualOf(x) / size;
    const what = `${JSON.stringify(options)}: ${termination}, ${residual} for ${system.leastResidual / size}`;
    assert.ok(Math.abs(residual - relativeResidual) <= 1e-8 + rounding || options.condition > 1e11, what);
    if (termination === "solution") assert.ok(residual <= 1e-9 + rounding, what);
    if (termination === "breakdown" && options.condition <= 1e11) {
      assert.ok(residual <= system.leastResidual / size + 1e-8 + rounding, what);
    }
  }
});

scales.run();
verdicts.run();
