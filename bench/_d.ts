// @ts-nocheck
import * as tf from "@tensorflow/tfjs";
import { gradient } from "/tmp/tiles/src/autodiff/derivatives/differentiate.ts";
import { printGraph } from "/tmp/tiles/src/autodiff/graph/printGraph.ts";
import { productGraph } from "/tmp/tiles/src/autodiff/passes/linearize.ts";
import { directionsOf } from "/tmp/tiles/src/autodiff/passes/pass.ts";
import { sampleSums } from "/tmp/tiles/src/autodiff/passes/sampleSums.ts";
import { data } from "/tmp/tiles/src/autodiff/trace/constant.ts";
import { trace } from "/tmp/tiles/src/autodiff/trace/trace.ts";

await tf.setBackend("cpu");
const N = 1000;
const D = 784,
  H = 256;
const traced = trace({
  who: "b",
  parameters: [
    { name: "a", shape: [D, H] },
    { name: "b", shape: [H, D] },
  ],
  call: (a: any, b: any) => {
    const x = data("x", new Float64Array(D * N), [N, D]) as any;
    return tf.mean(tf.square(tf.sub(tf.matMul(tf.tanh(tf.matMul(x, a)), b), x)));
  },
  outputsOf: (r) => [r as any],
});
const { builder, parameters, outputs } = traced;
const field = gradient(builder, outputs[0]!, parameters);
const g = productGraph(builder, field, parameters, { rewrite: "regroup" });
const s = sampleSums({ parameters, directions: directionsOf(g), outputs: g.outputs }, N)!;
const t = s.tile(250);
console.log(
  printGraph({
    inputs: [...t.parameters, ...t.directions, ...t.inputs.map((i) => i.node)],
    outputs: [...t.pointSums, ...t.movingSums],
  }),
);
console.log(t.pointSums.length, "point sums");
console.log(s.head.moving.length, s.head.point.length);
console.log(printGraph({ inputs: [...s.tail.parameters, ...s.tail.directions], outputs: s.tail.outputs }));
