/** Fields made at random, in tiles of any size, against all samples at once. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../../src/autodiff/derivatives/differentiate.ts";
import type { FieldParts } from "../../../../src/autodiff/fieldParts.ts";
import { Float64Engine } from "../../../../src/autodiff/float64/engine.ts";
import { tiledEngine } from "../../../../src/autodiff/float64/tiles/engine.ts";
import { type Node, sizeOf } from "../../../../src/autodiff/graph/graph.ts";
import { assertClose } from "../../../support/assert.ts";
import * as fc from "../../../support/fastCheck.ts";
import { normalVector } from "../../../support/random.ts";
import { assertSameEngine, everythingOf } from "../../../support/sameEngine.ts";

const tests = suite("tiles");

/** A network of dense layers, with what losses do around it. */
interface Network {
  readonly samples: number;
  readonly widths: readonly number[];
  /** Whether the samples are columns. */
  readonly columns: boolean;
  /** Whether the data are constants instead of inputs. */
  readonly constant: boolean;
  readonly activation: "tanh" | "sigmoid" | "softplus" | "abs" | "none";
  readonly loss: "squares" | "classes" | "weighted" | "nested";
  readonly regularised: boolean;
  readonly bias: boolean;
}

const networks: fc.Arbitrary<Network> = fc.record({
  samples: fc.integer({ min: 2, max: 23 }),
  widths: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }),
  columns: fc.boolean(),
  constant: fc.boolean(),
  activation: fc.constantFrom("tanh", "sigmoid", "softplus", "abs", "none"),
  loss: fc.constantFrom("squares", "classes", "weighted", "nested"),
  regularised: fc.boolean(),
  bias: fc.boolean(),
});

interface Made {
  readonly parts: FieldParts;
  readonly data: readonly Float64Array[];
}

function make(network: Network, isGame = false): Made {
  const { samples, widths, columns, constant, activation, loss, regularised, bias } = network;
  const b = new GraphBuilder();
  const data: Float64Array[] = [];
  const inputs: Node<"input">[] = [];
  const given = (name: string, shape: readonly number[]): Node => {
    const numbers = normalVector(sizeOf(shape), data.length + 1);
    if (constant) return b.constant(numbers, shape);
    data.push(numbers);
    const node = b.input(name, "data", shape);
    inputs.push(node);
    return node;
  };
  const oriented = (width: number): readonly number[] => (columns ? [width, samples] : [samples, width]);
  const parameters: Node<"input">[] = [];
  const parameter = (shape: readonly number[]): Node => {
    const node = b.input(`p${parameters.length}`, "parameter", shape);
    parameters.push(node);
    return node;
  };
  let h = given("x", oriented(widths[0]!));
  for (const [i, width] of widths.slice(1).entries()) {
    const w = parameter(columns ? [width, widths[i]!] : [widths[i]!, width]);
    h = columns ? b.matmul(w, h) : b.matmul(h, w);
    if (bias) h = b.add(h, parameter(columns ? [width, 1] : [width]));
    if (activation !== "none") h = b.unary(activation, h);
  }
  const out = widths.at(-1)!;
  const per = columns ? 0 : 1;
  const target = given("y", oriented(out));
  const error = b.sub(h, target);
  let value: Node;
  if (loss === "squares") value = b.mean(b.mul(error, error));
  else if (loss === "classes") value = b.mean(b.sub(b.logSumExp(h, [per]), b.sum(b.mul(target, h), [per])));
  else if (loss === "weighted") value = b.sum(b.mul(given("weights", columns ? [1, samples] : [samples, 1]), error));
  else value = b.unary("log1p", b.mean(b.mul(error, error)));
  if (regularised) value = parameters.reduce((sum, p) => b.add(sum, b.scale(0.1, b.sum(b.mul(p, p)))), value);
  const slopes = gradient(b, value, parameters);
  // Every second player maximises.
  const field = isGame ? slopes.map((slope, i) => (i % 2 === 0 ? slope : b.neg(slope))) : slopes;
  return { parts: { builder: b, parameters, data: inputs, value, field, symmetric: !isGame }, data };
}

/** How many fields were cut into tiles, so that the property cannot hold because none was. */
const counts = { tiled: 0, whole: 0 };

tests("give the value, the field and the products of all samples at once, in tiles of any size", () => {
  fc.assert(
    fc.property(networks, fc.integer({ min: 1, max: 24 }), fc.boolean(), (network, size, isGame) => {
      const { parts, data } = make(network, isGame);
      const engine = tiledEngine(parts, { size });
      if (engine === undefined) {
        counts.whole++;
        return;
      }
      counts.tiled++;
      const point = normalVector(engine.dimension, 9).map((x) => 0.5 * x);
      assertSameEngine(engine, new Float64Engine(parts), data, point, `tiles of ${size}`);
    }),
    { numRuns: 40 },
  );
  assert.ok(counts.tiled > counts.whole, JSON.stringify(counts));
});

const example: Network = {
  samples: 23,
  widths: [4, 5, 3],
  columns: false,
  constant: false,
  activation: "tanh",
  loss: "classes",
  regularised: true,
  bias: true,
};

type TiledEngine = NonNullable<ReturnType<typeof tiledEngine>>;

function tiled(made: Made, size: number, residualBytes?: number): TiledEngine {
  const engine = tiledEngine(made.parts, { size, ...(residualBytes === undefined ? {} : { residualBytes }) });
  assert.ok(engine !== undefined);
  return engine!;
}

tests("give the same bits whether residuals are kept, kept for some tiles, or computed again", () => {
  for (const isGame of [false, true]) {
    const made = make(example, isGame);
    const point = normalVector(tiled(made, 4).dimension, 9);
    const expected = everythingOf(tiled(made, 4), made.data, point);
    for (const bytes of [0, 500, 1000, 2000, 4000]) {
      assert.equal(everythingOf(tiled(made, 4, bytes), made.data, point), expected, `${bytes} bytes`);
    }
  }
});

tests("follow the point and the data, also back to earlier ones", () => {
  const made = make(example);
  const engine = tiled(made, 5);
  const reference = new Float64Engine(made.parts);
  const points = [1, 2].map((seed) => normalVector(engine.dimension, seed));
  const others = made.data.map((numbers) => numbers.map((x) => 1 - x));
  for (const data of [made.data, others, made.data]) {
    for (const point of [...points, points[0]!]) assertSameEngine(engine, reference, data, point, "tiles of 5");
  }
});

tests("keep a linear map valid while the field is evaluated elsewhere", () => {
  const made = make(example);
  const engine = tiled(made, 5);
  const [here, there] = [1, 2].map((seed) => normalVector(engine.dimension, seed)) as [Float64Array, Float64Array];
  const owner = { data: made.data, point: here };
  const v = normalVector(engine.dimension, 3);
  const [before, after, field] = [0, 0, 0].map(() => new Float64Array(engine.dimension)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  engine.multiply(owner, v, 1, before);
  engine.evaluate(made.data, there, field);
  engine.multiply({ data: made.data, point: there }, v, 1, field);
  engine.multiply(owner, v, 1, after);
  assert.equal(after, before);
});

tests("read rows where they are written by a function", () => {
  const made = make(example);
  const engine = tiled(made, 5);
  const point = normalVector(engine.dimension, 1);
  const written = made.data.map((numbers) => ({
    length: numbers.length,
    write: (target: Float64Array) => target.set(numbers),
  }));
  assert.equal(everythingOf(engine, written, point), everythingOf(engine, made.data, point));
});

tests("read rows in parts, and never all of them, where a function can write parts", () => {
  for (const columns of [false, true]) {
    const made = make({ ...example, columns });
    const engine = tiled(made, 5);
    const point = normalVector(engine.dimension, 1);
    let largest = 0;
    const inParts = made.data.map((numbers) => ({
      length: numbers.length,
      write: () => assert.unreachable("all rows were read"),
      part(target: Float64Array, from: number) {
        largest = Math.max(largest, target.length);
        target.set(numbers.subarray(from, from + target.length));
      },
    }));
    assert.equal(everythingOf(engine, inParts, point), everythingOf(engine, made.data, point));
    assert.is(largest, columns ? 5 : 5 * 4);
  }
});

tests("are not used where samples need a sum over all of them", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "data", [20, 3]);
  const w = b.input("w", "parameter", [3, 2]);
  const h = b.matmul(x, w);
  const centred = b.sub(h, b.broadcast(b.reshape(b.mean(h, [0]), [1, 2]), [20, 2]));
  const value = b.mean(b.mul(centred, b.mul(centred, centred)));
  const parts: FieldParts = {
    builder: b,
    parameters: [w],
    data: [x],
    value,
    field: gradient(b, value, [w]),
    symmetric: true,
  };
  assert.is(tiledEngine(parts, { size: 4 }), undefined);
});

tests("a linear map that no sample enters any more is as cheap as before", () => {
  // Second moments of the data are all that J v needs of them.
  const made = make({ ...example, widths: [3, 2, 3], activation: "none", loss: "squares", bias: false });
  const engine = tiled(made, 5);
  const reference = new Float64Engine(made.parts);
  assertSameEngine(engine, reference, made.data, normalVector(engine.dimension, 4), "tiles of 5");
});

tests("sums of NaN and infinities are NaN and infinities", () => {
  const made = make(example);
  const engine = tiled(made, 5);
  const point = normalVector(engine.dimension, 1);
  point[0] = Number.NaN;
  const field = new Float64Array(engine.dimension);
  assert.ok(Number.isNaN(engine.evaluate(made.data, point, field)));
  point[0] = 1;
  const value = engine.evaluate(made.data, point, field);
  assertClose(value, new Float64Engine(made.parts).evaluate(made.data, point, field), 1e-12, "value after a NaN");
});

tests.run();
