/** The portable executor gives the same bits in every engine and on every processor. The hash below is that of all of them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";

process.env.FLUXION_EXECUTOR = "portable";
process.env.FLUXION_FMA = "on";
process.env.FLUXION_REGROUP = "off";
const { compileField } = await import("../../src/autodiff/program.ts");
const { symmetricEigen } = await import("../../src/linalg/dense/dense.ts");
const { generalEigenvalues } = await import("../../src/linalg/dense/generalEigenvalues.ts");
const { gaussianData } = await import("../../src/problems/data/gaussianData.ts");
const { network } = await import("../../src/problems/networks/network.ts");
const { randomSource } = await import("../../src/random.ts");
const { GraphBuilder } = await import("../../src/autodiff/build/builder.ts");
const { gradient } = await import("../../src/autodiff/derivatives/differentiate.ts");

/** Found on x86-64 with Node 20, 22 and 24. A change of the sources that is meant to change bits changes it. */
const knownBits = "9cbc498157b7131f";

function hashed(arrays: readonly Float64Array[]): string {
  let hash = 0n;
  const view = new DataView(new ArrayBuffer(8));
  for (const value of arrays.flatMap((array) => [...array])) {
    view.setFloat64(0, Number.isNaN(value) ? 0 : value);
    hash = BigInt.asUintN(64, (hash ^ view.getBigUint64(0)) * 0x100000001b3n);
  }
  return hash.toString(16);
}

/** Value, field and a Jacobian product of a network, and eigenvalues of its Hessian. */
function networkBits(activation: "swish" | "tanh" | "softplus", layers: readonly number[]): Float64Array[] {
  const inputs = gaussianData({ inputs: layers[0]!, samples: 70, seed: 3 });
  const problem = network({ layers, activation, loss: "meanSquaredError", inputs });
  const [point, field] = [problem.initialPoint(1), new Float64Array(problem.dimension)];
  const value = problem.evaluate(point, field);
  const map = problem.linearize(point);
  const product = new Float64Array(problem.dimension);
  map.apply(problem.initialPoint(2), product);
  const { values, vectors } = symmetricEigen(map);
  return [Float64Array.of(value), field, product, values, vectors.slice(0, 200)];
}

const bits = suite("bits of the portable executor");
bits("are those of every engine and processor, whatever the environment says", () => {
  const random = randomSource(1, "bits");
  const general = Float64Array.from({ length: 144 }, () => random.normal());
  const { real, imaginary } = generalEigenvalues(general);
  const found = hashed([
    ...networkBits("swish", [9, 4, 9]),
    ...networkBits("tanh", [20, 7, 20]),
    ...networkBits("softplus", [33, 2, 5, 33]),
    real,
    imaginary,
  ]);
  assert.is(found, knownBits);
});
bits("are those of a problem whose parts name it, in a thread that does not compute portably", () => {
  const program = () => {
    const builder = new GraphBuilder();
    const z = builder.input("z", "parameter", [40, 40]);
    const product = builder.matmul(builder.unary("exp", z), z);
    const value = builder.sum(builder.mul(product, product));
    const parts = { builder, parameters: [z], value, field: gradient(builder, value, [z]), symmetric: true };
    const run = (executor: "float64" | "portable") => {
      const field = new Float64Array(1600);
      const point = Float64Array.from({ length: 1600 }, (_, i) => 1 / (i + 1));
      return [
        compileField({ ...parts, executor })
          .instance()
          .evaluate(point, field),
        ...field,
      ];
    };
    return run;
  };
  const inPortable = program()("float64");
  process.env.FLUXION_EXECUTOR = "float64";
  try {
    assert.equal(program()("portable"), inPortable);
  } finally {
    process.env.FLUXION_EXECUTOR = "portable";
  }
});
bits.run();
