/** Estimates of spectra at every scale: a matrix times a power of two has its numbers times that power, to the last bit. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { scaleByPower } from "../../../src/elementary/index.ts";
import { lanczos } from "../../../src/linalg/krylov/lanczos.ts";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { indexBounds } from "../../../src/linalg/spectra/indexBounds.ts";
import { kernelShare } from "../../../src/linalg/spectra/kernelShare.ts";
import { frobeniusNorm, spectralNorm } from "../../../src/linalg/spectra/norms.ts";
import { smallestAbsoluteEigenvalue } from "../../../src/linalg/spectra/smallestAbsoluteEigenvalue.ts";
import { spectralDensity } from "../../../src/linalg/spectra/spectralDensity.ts";
import { normalVector } from "../../support/random.ts";

const n = 6;
const random = normalVector(n * n, 3);
const symmetric = random.map((entry, at) => entry + random[(at % n) * n + Math.floor(at / n)]!);
const start = normalVector(n, 4);
const map = (entries: Float64Array) => denseMatrix(n, n, entries);
const symmetricMap = (entries: Float64Array) => denseMatrix(n, n, entries, { symmetric: true });

/** Numbers that grow with the matrix. */
const grows: Readonly<Record<string, (factor: (entries: Float64Array) => Float64Array) => readonly number[]>> = {
  "spectralNorm of a symmetric matrix": (of) => [spectralNorm(symmetricMap(of(symmetric)))],
  "spectralNorm of another matrix": (of) => [spectralNorm(map(of(random)))],
  frobeniusNorm: (of) => [frobeniusNorm(map(of(random)))],
  smallestAbsoluteEigenvalue: (of) => [smallestAbsoluteEigenvalue(of(symmetric))],
  indexBounds: (of) => {
    const { smallest, largest } = indexBounds(symmetricMap(of(symmetric)));
    return [smallest, largest];
  },
  lanczos: (of) => Array.from(lanczos(symmetricMap(of(symmetric)), { start, steps: 4 }).values),
  "spectralDensity, its nodes": (of) => Array.from(spectralDensity(symmetricMap(of(symmetric))).nodes),
};

/** Numbers that do not change with the matrix. */
const stays: typeof grows = {
  "kernelShare of a symmetric matrix": (of) => [kernelShare(symmetricMap(of(symmetric)), start)],
  "kernelShare of another matrix": (of) => [kernelShare(map(of(random)), start)],
  "kernelShare of most of the spectrum": (of) => [kernelShare(map(of(random)), start, { relativeTolerance: 0.5 })],
  "indexBounds, its counts": (of) => {
    const { below, lower, upper } = indexBounds(symmetricMap(of(symmetric)));
    return [below, lower, upper];
  },
};

const times = (power: number) => (entries: Float64Array) => entries.map((entry) => scaleByPower(entry, power));
const tests = suite("estimates of spectra at every scale");

for (const [name, numbers] of Object.entries({ ...grows, ...stays })) {
  const unit = (power: number): number => (name in grows ? power : 0);
  tests(name, () => {
    const plain = numbers(times(0));
    assert.ok(plain.every(Number.isFinite), plain.join(" "));
    for (const power of [-900, -620, -510, -400, -100, -1, 1, 100, 400, 510, 620, 900]) {
      const scaled = numbers(times(power)).map((value) => scaleByPower(value, -unit(power)));
      assert.equal(scaled, [...plain], `times 2^${power}`);
    }
  });

  tests(`${name}, of numbers below the normal ones`, () => {
    const plain = numbers(times(0));
    const size = Math.max(...plain.map(Math.abs));
    numbers(times(-1050)).forEach((value, k) => {
      const scaled = scaleByPower(value, -unit(-1050));
      assert.ok(Math.abs(scaled - plain[k]!) <= 1e-5 * size, `${scaled} for ${plain[k]}`);
    });
  });
}

tests.run();
