/** Data of a chosen spectrum, and images with a spectrum like 1 / f. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { naturalImages } from "../../../src/problems/datasets/naturalImages.ts";
import { spectralData } from "../../../src/problems/datasets/spectralData.ts";
import { assertClose, assertError } from "../../support/assert.ts";

const spectral = suite("spectralData");

spectral("has the chosen eigenvalues, rotated or not", () => {
  const spectrum = [9, 4, 1, 0.25];
  for (const rotate of [true, false]) {
    const { inputs } = spectralData({ spectrum, samples: 40_000, rotate, seed: 3 });
    const moment = secondMoment(inputs, 4);
    const { values } = symmetricEigen(moment);
    // The deviation of an eigenvalue of n Gaussian samples is about lambda sqrt(2 / n).
    for (const [k, value] of [...values].reverse().entries()) {
      assert.ok(Math.abs(value / spectrum[k]! - 1) < 5 * Math.sqrt(2 / 40_000), `${rotate} ${k}: ${value}`);
    }
    assert.is(Math.abs(moment[1]!) < 0.2, !rotate);
  }
});

spectral("has targets that a linear model fits exactly without noise, and only along the teacher's directions", () => {
  const options = { spectrum: [4, 1, 0.5], teacher: [1, 0, 0], samples: 200, rotate: false, seed: 5 };
  const { inputs, targets } = spectralData(options);
  const weight = targets![0]! / inputs[0]!;
  assertClose(
    targets!,
    targets!.map((_, i) => weight * inputs[3 * i]!),
    1e-13,
  );
  const noisy = spectralData({ ...options, noise: 0.5 });
  assert.equal(noisy.inputs, inputs);
  const noise = noisy.targets!.map((y, i) => y - targets![i]!);
  const size = Math.sqrt(noise.reduce((sum, x) => sum + x * x, 0) / noise.length);
  assert.ok(Math.abs(size - 0.5) < 0.1, `${size}`);
});

spectral("keeps a rank below d, and refuses what it cannot draw", () => {
  const { inputs } = spectralData({ spectrum: [1, 1, 0, 0, 0], samples: 50, seed: 1 });
  const { values } = symmetricEigen(secondMoment(inputs, 5));
  assert.ok(values[2]! < 1e-12 && values[3]! > 0.3);
  for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assertError(() => spectralData({ spectrum: [1, bad], samples: 5 }), "ERR_OPTION_RANGE", /in spectrum, got .* at 1/);
    assertError(
      () => spectralData({ spectrum: [1, 1], teacher: [bad, 1], samples: 5 }),
      "ERR_OPTION_RANGE",
      /in teacher/,
    );
  }
  assertError(() => spectralData({ spectrum: [], samples: 5 }), "ERR_OPTION_RANGE", /at least one number/);
  assertError(() => spectralData({ spectrum: [1, 2], teacher: [1], samples: 5 }), "ERR_OPTION_RANGE", /2 numbers/);
  assertError(() => spectralData({ spectrum: [1], samples: 5, classify: true }), "ERR_OPTION_RANGE", /2 outputs/);
  assertError(() => spectralData({ spectrum: [1], samples: 1 }), "ERR_LENGTH");
});

spectral.run();

const images = suite("naturalImages");

images("have the amplitude 1 / f^a at every frequency, and none at frequency 0", () => {
  const [side, samples] = [8, 4000];
  for (const exponent of [1, 2]) {
    const { inputs } = naturalImages({ samples, side, exponent, seed: 2 });
    const power = (u: number, v: number): number => {
      let sum = 0;
      for (let i = 0; i < samples; i++) {
        let [re, im] = [0, 0];
        for (let at = 0; at < 64; at++) {
          const angle = (2 * Math.PI * (u * Math.floor(at / 8) + v * (at % 8))) / 8;
          re += inputs[i * 64 + at]! * Math.cos(angle);
          im += inputs[i * 64 + at]! * Math.sin(angle);
        }
        sum += re * re + im * im;
      }
      return sum / samples;
    };
    assert.ok(power(0, 0) < 1e-20);
    const first = power(0, 1);
    for (const [u, v] of [
      [1, 0],
      [1, 1],
      [0, 2],
      [3, 2],
      [4, 4],
    ] as const) {
      const expected = (u * u + v * v) ** -exponent;
      assert.ok(Math.abs(power(u, v) / first / expected - 1) < 0.15, `${exponent}: ${u} ${v} ${power(u, v) / first}`);
    }
  }
});

images("have pixels of variance 1, a rank of one less than their pixels, and all classes", () => {
  const data = naturalImages({ samples: 2000, side: 4, classes: 3, seed: 4 });
  const variance = data.inputs.reduce((sum, x) => sum + x * x, 0) / data.inputs.length;
  assert.ok(Math.abs(variance - 1) < 0.1, `${variance}`);
  const { values } = symmetricEigen(secondMoment(data.inputs, 16));
  assert.ok(values[0]! < 1e-12 && values[1]! > 1e-3);
  assert.equal([...new Set(data.labels)].sort(), [0, 1, 2]);
  assert.equal(naturalImages({ samples: 2000, side: 4, classes: 3, seed: 4 }).inputs, data.inputs);
  assertError(() => naturalImages({ samples: 5, side: 1 }), "ERR_OPTION_RANGE");
  assertError(() => naturalImages({ samples: 5, exponent: 0 }), "ERR_OPTION_RANGE");
});

images.run();
