import * as tf from "@tensorflow/tfjs";
import { trace } from "../../../src/autodiff/trace/trace.ts";
import { compileFunction } from "../../../src/autodiff/compileFunction.ts";
import { elementwiseLosses, activationLosses, networkLossCases, tensorsOf } from "../../support/losses.ts";
import { normalVector } from "../../support/random.ts";
await tf.setBackend("cpu");
for (const c of [...elementwiseLosses, ...activationLosses, ...networkLossCases]) {
  try {
  const t = trace({ who: "objective", parameters: c.shapes.map((shape, i) => ({ name: `p${i}`, shape })), call: c.loss, outputsOf: (r) => [r as tf.Tensor] });
  const n = c.shapes.reduce((s, sh) => s + sh.reduce((a, b) => a * b, 1), 0);
  const point = c.point ? Float64Array.from(c.point) : normalVector(n, 5);
  const f = compileFunction({ inputs: t.parameters, outputs: t.outputs });
  const inputs: Record<string, Float64Array> = {};
  let at = 0;
  c.shapes.forEach((sh, i) => { const s = sh.reduce((a, b) => a * b, 1); inputs[`p${i}`] = point.subarray(at, at + s); at += s; });
  const v = f(inputs)[0]![0]!;
  const e = c.loss(...tensorsOf(c, point)).dataSync()[0]!;
  if (!(Math.abs(v - e) < 3e-6 * Math.max(Math.abs(e), 1e-2))) console.log("VALUE", c.name, v, e);
  } catch (e) { console.log("ERR", c.name, (e as Error).stack?.split("\n").slice(0, 6).join("\n")); }
}
