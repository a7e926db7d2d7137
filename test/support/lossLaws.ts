import type * as tf from "@tensorflow/tfjs";
import { checkGraph } from "../../src/autodiff/derivatives/checkGraph.ts";
import { gradient, pushforward } from "../../src/autodiff/derivatives/differentiate.ts";
import type { Executor } from "../../src/autodiff/executor.ts";
import { type Node, sizeOf } from "../../src/autodiff/graph/graph.ts";
import { linearize } from "../../src/autodiff/passes/linearize.ts";
import { compileField } from "../../src/autodiff/program.ts";
import { type TracedFunction, trace } from "../../src/autodiff/trace/trace.ts";
import { assertClose } from "./assert.ts";
import * as w from "./doubleDouble.ts";
import { evaluateWide } from "./extended.ts";
import type { LossCase, Nasty } from "./losses/lossCase.ts";
import { normalVector } from "./random.ts";

type Values = readonly w.Wide[];
export interface LawOptions extends Pick<Nasty, "kink" | "loses" | "step"> {
  /** Default: the one that users get. */
  readonly executor?: Executor;
}

/** A loss with everything that is compared. */
export interface Traced {
  readonly traced: TracedFunction;
  readonly loss: Node;
  readonly gradient: readonly Node[];
  readonly dimension: number;
}

export function traceCase({ name, shapes, loss }: LossCase): Traced {
  const traced = trace({
    who: name,
    parameters: shapes.map((shape, i) => ({ name: `x${i}`, shape })),
    call: loss,
    outputsOf: (result) => [result as tf.Tensor],
  });
  const [output] = traced.outputs;
  const slopes = gradient(traced.builder, output!, traced.parameters);
  checkGraph({ inputs: traced.parameters, outputs: [output!, ...slopes] });
  const dimension = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  return { traced, loss: output!, gradient: slopes, dimension };
}

/**
 * Value, gradient and Hessian-vector product of a loss at a point, in float64, against the same graphs in 31 digits
 * (relative accuracy 1e-10 in max norm) and these against central differences in 31 digits; forward against reverse mode;
 * several directions at once against one at a time (other orders of summation apart); linearity by structure.
 *
 * @returns the value
 */
export function assertLossLaws(
  { traced, loss, gradient: slopes, dimension }: Traced,
  point: Float64Array,
  { kink, loses, step = 2 ** -40, executor }: LawOptions = {},
): number {
  const accuracy = loses?.accuracy ?? 1e-10;
  const { builder, parameters } = traced;
  const program = compileField({
    builder,
    parameters,
    value: loss,
    field: slopes,
    symmetric: true,
    ...(executor === undefined ? {} : { executor }),
  });
  const { evaluate, linearize: at } = program.instance();
  const v = direction(point);
  const field = new Float64Array(dimension);
  const value = evaluate(point, field);
  const product = new Float64Array(dimension);
  const jacobian = at(point);
  jacobian.apply(v, product);

  const wideAt = (outputs: readonly Node[], t: number): Values =>
    evaluateWide(outputs, moved(parameters, point, v, t)).flat();
  assertWide(Float64Array.of(value), wideAt([loss], 0), accuracy, "value");
  const exact = wideAt(slopes, 0);
  const size = exact.reduce((sum, [x], i) => sum + Math.abs(x * v[i]!), Math.abs(value)) + resolution;
  assertWide(field, exact, accuracy, "gradient");

  const forward = pushforward(builder, [loss], tangentsOf(traced)).concat(
    pushforward(builder, slopes, tangentsOf(traced)),
  );
  const seeds = new Map<Node, Values>([...moved(parameters, point, v, 0), ...tangentValues(traced, v)]);
  const [along, ...products] = evaluateWide(forward, seeds);
  assertSame(along![0]!, dot(exact, v), size, "forward against reverse mode");
  assertWide(product, products.flat(), accuracy, "product");

  if (kink === undefined) {
    const difference = (outputs: readonly Node[]): Values => {
      const [above, below] = [wideAt(outputs, step), wideAt(outputs, -step)];
      return above.map((a, i) => w.times(w.sub(a, below[i]!), 1 / (2 * step)));
    };
    assertSame(difference([loss])[0]!, dot(exact, v), size, "gradient against differences");
    const second = difference(slopes);
    const found = products.flat();
    const scale = Math.max(...found.map(([x]) => Math.abs(x)), 1e-290);
    for (const [i, x] of second.entries()) {
      const off = Math.abs(w.sub(x, found[i]!)[0]);
      if (!(off <= 1e-12 * (scale + resolution)))
        throw new Error(`product against differences: entry ${i}: ${found[i]![0]} is not ${x[0]}`);
    }
  }

  const count = 9;
  const vectors = normalVector(dimension * count, 78);
  const together = new Float64Array(vectors.length);
  jacobian.applyMany(vectors, count, together);
  const alone = new Float64Array(dimension);
  for (let k = 0; k < count; k += 4) {
    jacobian.apply(vectors.subarray(k * dimension, (k + 1) * dimension), alone);
    assertClose(together.subarray(k * dimension, (k + 1) * dimension), alone, 1e-13, "several directions at once");
  }
  const { linear, directions } = linearize(builder, slopes, parameters);
  checkGraph(linear, { linearIn: directions });
  return value;
}

/** What is smaller than this may be the error of the differences themselves where the exact result is 0. */
const resolution = 1e-8;

/** Random, in the scale of coordinates that are far from 1: their functions change on that scale. */
function direction(point: Float64Array): Float64Array {
  return normalVector(point.length, 77).map((x, i) => {
    const size = Math.abs(point[i]!);
    return size !== 0 && (size < 1e-3 || size > 1e3) ? size * x : x;
  });
}

function moved(parameters: readonly Node[], point: Float64Array, v: Float64Array, t: number): Map<Node, Values> {
  let at = 0;
  return new Map(
    parameters.map((node) => {
      const values = Array.from({ length: sizeOf(node.shape) }, () => {
        const x = w.add(w.wide(point[at]!), w.wide(t * v[at]!));
        at++;
        return x;
      });
      return [node, values];
    }),
  );
}

function tangentsOf({ builder, parameters }: TracedFunction): Map<Node, Node> {
  return new Map<Node, Node>(parameters.map((node, i) => [node, builder.input(`wide${i}`, "tangent", node.shape)]));
}

function tangentValues(traced: TracedFunction, v: Float64Array): Map<Node, Values> {
  let at = 0;
  return new Map(
    [...tangentsOf(traced).values()].map((node) => [
      node,
      Array.from({ length: sizeOf(node.shape) }, () => w.wide(v[at++]!)),
    ]),
  );
}

function assertWide(actual: Float64Array, expected: Values, tolerance: number, what: string): void {
  assertClose(
    actual,
    expected.map(([high]) => high),
    tolerance,
    what,
    1e-290,
  );
}

function dot(a: Values, v: Float64Array): w.Wide {
  return a.reduce((sum, x, i) => w.add(sum, w.times(x, v[i]!)), w.wide(0));
}

function assertSame(a: w.Wide, b: w.Wide, size: number, what: string): void {
  const off = Math.abs(w.sub(a, b)[0]);
  if (!(off <= 1e-14 * size)) throw new Error(`${what}: ${a[0]} is not ${b[0]}, off by ${off / size}`);
}
