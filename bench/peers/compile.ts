/** Runs one case of bench/compile.ts in a fresh process. */
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
await import("@tensorflow/tfjs");
const { networkCases, shapesOf, lossOf, pointOf } = await import("../support/networks.ts");

const beforeImports = cpu();
const { trace } = await import("../../src/autodiff/trace/trace.ts");
const { gradient } = await import("../../src/autodiff/derivatives/differentiate.ts");
const { Float64Engine } = await import("../../src/autodiff/float64/engine.ts");
const { findBlas } = await import("../../src/linalg/blas/blas.ts");
const imported = cpu();
findBlas();
const loaded = cpu();

const network = networkCases[Number(process.argv[2])]!;
const loss = lossOf(network);
const beforeTrace = cpu();
const traced = trace({
  who: "objective",
  parameters: shapesOf(network).map((shape, i) => ({ name: `w${i}`, shape })),
  call: loss as never,
  outputsOf: (result) => [result as never],
});
const afterTrace = cpu();
const { builder, parameters, outputs } = traced;
const field = gradient(builder, outputs[0]!, parameters);
const engine = new Float64Engine({ builder, parameters, value: outputs[0]!, field, symmetric: true });
const compiled = cpu();

const point = pointOf(network);
const out = new Float64Array(point.length);
const owner = { data: [], point };
engine.evaluate(owner.data, point, out);
engine.multiply(owner, point, 1, out);
const first = cpu();
console.log(
  JSON.stringify({
    imports: imported - beforeImports,
    blas: loaded - imported,
    trace: afterTrace - beforeTrace,
    compile: compiled - afterTrace,
    first: first - compiled,
    ...engine.memory,
  }),
);
