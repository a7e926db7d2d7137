import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradient } from "../../src/autodiff/derivatives/differentiate.ts";
import { sizeOf } from "../../src/autodiff/graph/graph.ts";
import { compileField } from "../../src/autodiff/program.ts";
import { trace } from "../../src/autodiff/trace/trace.ts";
import { assertClose } from "./assert.ts";
import { everyLoss } from "./losses/all.ts";
import type { LossCase } from "./losses/lossCase.ts";
import { normalVector } from "./random.ts";
import { hasXla } from "./xla.ts";

/** Losses that are compiled together, as a sum whose parameters are those of all: XLA takes long for each program. */
const groupSize = 12;

const dimensionOf = ({ shapes }: LossCase): number => shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);

type Traced = ReturnType<typeof trace>;

function traceSum(losses: readonly LossCase[]): Traced {
  const shapes = losses.flatMap((loss) => loss.shapes);
  return trace({
    who: losses.map(({ name }) => name).join(" + "),
    parameters: shapes.map((shape, i) => ({ name: `x${i}`, shape })),
    call: (...parameters: tf.Tensor[]) => {
      let at = 0;
      const values = losses.map(({ loss, shapes: own }) => {
        const value = loss(...parameters.slice(at, at + own.length));
        at += own.length;
        return value;
      });
      return values.reduce((sum, value) => tf.add(sum, value));
    },
    outputsOf: (result) => [result as tf.Tensor],
  });
}

interface Results {
  readonly value: number;
  readonly gradient: Float64Array;
  readonly product: Float64Array;
}

function instanceOf(executor: "float64" | "xla", { builder, parameters, outputs }: Traced): () => Results {
  const [value] = outputs;
  const field = gradient(builder, value!, parameters);
  const program = compileField({ builder, parameters, value: value!, field, symmetric: true, executor });
  const { dimension } = program;
  return () => {
    const instance = program.instance();
    const [slopes, product] = [new Float64Array(dimension), new Float64Array(dimension)];
    const point = pointOf.get(outputs)!;
    const found = instance.evaluate(point, slopes);
    instance.linearize(point).apply(normalVector(dimension, 77), product);
    return { value: found, gradient: slopes, product };
  };
}

const pointOf = new WeakMap<Traced["outputs"], Float64Array>();

/**
 * Value, gradient and products of a part of the battery of losses, beside WebAssembly and twice.
 *
 * @param part number of the part, from 0
 * @param parts how many there are
 */
export function xlaLossSuite(part: number, parts: number): void {
  const losses = suite(`xla: losses, part ${part + 1} of ${parts}`);
  if (!hasXla) losses("are skipped", () => undefined);
  for (let first = part * groupSize; hasXla && first < everyLoss.length; first += parts * groupSize) {
    const group = everyLoss.slice(first, first + groupSize);
    losses(`${group.map(({ name }) => name).join(", ")}: equal to WebAssembly, and the same bits twice`, async () => {
      await tf.setBackend("cpu");
      assertGroup(group, first);
    });
  }
  losses.run();
}

function assertGroup(group: readonly LossCase[], first: number): void {
  const traced = traceSum(group);
  const points = group.map((loss, i) => loss.point ?? normalVector(dimensionOf(loss), 100 + first + i));
  pointOf.set(traced.outputs, Float64Array.from(points.flatMap((point) => Array.from(point))));
  const expected = instanceOf("float64", traced)();
  const run = instanceOf("xla", traced);
  const found = run();
  assertClose(Float64Array.of(found.value), Float64Array.of(expected.value), 1e-12, "value", 1);
  let at = 0;
  for (const loss of group) {
    const end = at + dimensionOf(loss);
    for (const key of ["gradient", "product"] as const) {
      const part = expected[key].subarray(at, end);
      // The distance in the ball is arcosh of a number near 1, which loses digits in either executor.
      const tolerance = loss.name === "embedding in the Poincare ball" ? 1e-11 : 1e-12;
      assertClose(found[key].subarray(at, end), part, tolerance, `${loss.name}: ${key}`, 1e-3);
    }
    at = end;
  }
  assert.equal(run(), found);
  if (first === 0) assert.equal(instanceOf("xla", traced)(), found, "another engine");
}
