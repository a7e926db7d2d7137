import { GraphBuilder } from "../build/builder.ts";
import { gradient } from "../derivatives/differentiate.ts";
import type { FieldEngine } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import { workOfField } from "./work.ts";

/** How fast an executor is: a gradient with w operations takes about `overhead` + w / `speed`. */
export interface Speed {
  /** Milliseconds of a gradient with next to no work. */
  readonly overhead: number;
  /** Operations per millisecond. */
  readonly speed: number;
}

/** Samples, inputs and outputs of the two layers that are timed. */
const small = [8, 4, 4] as const;
const large = [2048, 256, 256] as const;
/** Times that each is computed; the shortest counts. */
const repetitions = 3;

/** Measures the gradient of a layer with tanh at two sizes. It takes some tenths of a second on one core. */
export function measureSpeed(engineOf: (parts: FieldParts) => FieldEngine): Speed {
  const few = layer(...small);
  const many = layer(...large);
  const overhead = milliseconds(engineOf(few), large[2] + repetitions);
  const whole = milliseconds(engineOf(many), repetitions);
  const work = workOfField(many) - workOfField(few);
  return { overhead, speed: work / Math.max(whole - overhead, Number.MIN_VALUE) };
}

/** The field of L(W) = sum of tanh(X W)^2 for a constant X. */
function layer(samples: number, inputs: number, outputs: number): FieldParts {
  const builder = new GraphBuilder();
  const weights = builder.input("W", "parameter", [inputs, outputs]);
  const numbers = Float64Array.from({ length: samples * inputs }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
  const hidden = builder.unary("tanh", builder.matmul(builder.constant(numbers, [samples, inputs]), weights));
  const value = builder.sum(builder.mul(hidden, hidden));
  return { builder, parameters: [weights], value, field: gradient(builder, value, [weights]), symmetric: true };
}

/** The shortest time of a gradient, each at another point. */
function milliseconds(engine: FieldEngine, times: number): number {
  const data: readonly Float64Array[] = [];
  const point = new Float64Array(engine.dimension);
  const field = new Float64Array(engine.dimension);
  engine.evaluate(data, point, field);
  let best = Number.POSITIVE_INFINITY;
  for (let k = 1; k <= times; k++) {
    point.fill(k / 1000);
    const began = performance.now();
    engine.evaluate(data, point, field);
    best = Math.min(best, performance.now() - began);
  }
  return best;
}
