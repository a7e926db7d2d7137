import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import type { Node } from "../../../src/autodiff/graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../../src/autodiff/graph/operations.ts";
import { reachable } from "../../../src/autodiff/graph/walk.ts";
import { type GivenBall, IntervalMachine } from "../../../src/autodiff/interval/machine.ts";
import { scalarFunctions } from "../../../src/autodiff/kernels/scalars.ts";
import { randomSource } from "../../../src/random.ts";
import * as w from "../../support/doubleDouble.ts";
import { evaluateWide } from "../../support/extended.ts";

const full = process.env.FLUXION_TEST_FULL === "1";
const binaryOps = "add sub mul div pow atan2 max min less lessEqual equal".split(" ") as BinaryOp[];
const unaryOps = (Object.keys(scalarFunctions) as (UnaryOp | BinaryOp)[]).filter(
  (op): op is UnaryOp => !binaryOps.some((other) => other === op),
);

/** Runs a graph over balls. */
function enclosed(output: Node, inputs: ReadonlyMap<Node, GivenBall>): { ball: GivenBall; undecided: number } {
  const tally = { undecided: 0 };
  const nodes = reachable([output]).filter((node) => !inputs.has(node));
  const machine = new IntervalMachine([nodes], inputs, [output], tally);
  machine.run(0);
  return { ball: machine.ball(output), undecided: tally.undecided };
}

/** Midpoints of all sizes, on both sides of 0, with numbers at which functions are special. */
const special = [
  0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  3,
  -3,
  1.5,
  2.5,
  17,
  -17,
  37,
  700,
  -700,
  709.7,
  745,
  -745,
  800,
  -800,
  5e-324,
  -5e-324,
  1e-310,
  2 ** -1022,
  1e-160,
  -1e-160,
  1e-20,
  1 - 2 ** -53,
  1 + 2 ** -52,
  2 ** -1,
  Math.PI,
  Math.PI / 2,
  -Math.PI / 2,
  1e8,
  1e22,
  1e154,
  -1e160,
  1e300,
  -1e300,
  1.7e308,
  -1.7e308,
];
const radii = [0, 2 ** -1074, 1e-300, 1e-20, 1e-16, 1e-9, 1e-3, 0.3, 1, 3, 1e3, 1e200];

function samples(count: number, key: string): { mid: number; rad: number }[] {
  const random = randomSource(3, "interval primitives", key);
  const all = special.flatMap((mid) => radii.map((rad) => ({ mid, rad })));
  while (all.length < count) {
    const mid = random.normal() * 10 ** (random.integer(9) - 4);
    all.push({ mid, rad: random.integer(4) === 0 ? 0 : Math.abs(mid) * 10 ** -random.integer(18) });
  }
  return all;
}

/** Points of an interval: its ends as near as float64 has them, its middle, and some inside. */
function pointsOf({ mid, rad }: { mid: number; rad: number }, random: () => number): w.Wide[] {
  const at = (t: number): w.Wide => w.add(w.wide(mid), w.wide(t * rad));
  return [at(0), ...(rad === 0 ? [] : [at(1), at(-1), at(2 * random() - 1), at(1e-3 * (2 * random() - 1))])];
}

/** Whether the arithmetic of 31 digits has all its digits at a number: its own parts neither overflow nor underflow. */
const isModerate = ([x]: w.Wide): boolean => x === 0 || (Math.abs(x) > 1e-140 && Math.abs(x) < 1e140);

/**
 * Whether a ball holds f at a point: in 31 digits, and where these have not enough range, as float64 computes it, which is
 * off by no more than 8u or what underflows.
 */
function holds(
  { mid, rad }: GivenBall,
  at: number,
  value: w.Wide,
  point: readonly w.Wide[],
  computed: number,
): boolean {
  const [m, r] = [mid[at]!, rad[at]!];
  if (r === Number.POSITIVE_INFINITY) return m === 0;
  if (!Number.isFinite(m) || !(r >= 0) || Number.isNaN(computed)) return false;
  if (isModerate(value) && point.every(isModerate) && point.every(([x]) => Math.abs(x) < 1e15)) {
    return Math.abs(w.sub(value, w.wide(m))[0]) <= r + 1e-29 * Math.abs(value[0]);
  }
  if (point.some(([, low]) => low !== 0)) return true;
  if (!Number.isFinite(computed)) return Math.abs(m) + r > 1e308;
  return Math.abs(computed - m) <= r + 2 ** -50 * Math.abs(computed) + 2 ** -1060;
}

const primitives = suite("intervals: primitives");

for (const op of unaryOps) {
  primitives(`${op} encloses its values`, () => {
    const random = randomSource(4, op);
    const boxes = samples(full ? 20_000 : 1500, op);
    const b = new GraphBuilder();
    const x = b.input("x", "data", [boxes.length]);
    const output = b.make(op, [x], {});
    const scalar = b.input("scalar", "data", []);
    const one = b.make(op, [scalar], {});
    const ball = {
      mid: Float64Array.from(boxes, ({ mid }) => mid),
      rad: Float64Array.from(boxes, ({ rad }) => rad),
      exact: false,
    };
    const { ball: found } = enclosed(output, new Map([[x, ball]]));
    let finite = 0;
    for (const [i, box] of boxes.entries()) {
      if (found.rad[i]! < Number.POSITIVE_INFINITY) finite++;
      for (const point of pointsOf(box, () => random.uniform())) {
        const value = evaluateWide([one], new Map([[scalar, [point]]]))[0]![0]!;
        if (!holds(found, i, value, [point], scalarFunctions[op](point[0]))) {
          const shown = `${found.mid[i]} +- ${found.rad[i]}`;
          throw new Error(`${op}(${point}) = ${value} is not in ${shown}, for ${box.mid} +- ${box.rad}`);
        }
      }
    }
    assert.ok(finite > boxes.length / 8, `${finite} of ${boxes.length} are known`);
  });
}

for (const op of binaryOps) {
  primitives(`${op} encloses its values`, () => {
    const random = randomSource(5, op);
    const left = samples(full ? 40_000 : 3000, `${op} left`);
    const right = samples(full ? 40_000 : 3000, `${op} right`);
    // Pairs of special numbers, and pairs of numbers of like size.
    const pairs = left.map((box, i) => {
      if (i < special.length * radii.length)
        return [box, right[random.integer(special.length * radii.length)]!] as const;
      return [
        box,
        i % 3 === 0 ? { mid: box.mid * (1 + random.normal() * 1e-9), rad: right[i]!.rad } : right[i]!,
      ] as const;
    });
    const b = new GraphBuilder();
    const [x, y] = [b.input("x", "data", [pairs.length]), b.input("y", "data", [pairs.length])];
    const [s, t] = [b.input("s", "data", []), b.input("t", "data", [])];
    const output = b.make(op, [x, y], {});
    const one = b.make(op, [s, t], {});
    const ballOf = (side: 0 | 1): GivenBall => ({
      mid: Float64Array.from(pairs, (pair) => pair[side].mid),
      rad: Float64Array.from(pairs, (pair) => pair[side].rad),
      exact: false,
    });
    const { ball: found } = enclosed(
      output,
      new Map([
        [x, ballOf(0)],
        [y, ballOf(1)],
      ]),
    );
    let finite = 0;
    for (const [i, [a, c]] of pairs.entries()) {
      if (found.rad[i]! < Number.POSITIVE_INFINITY) finite++;
      const points = pointsOf(c, () => random.uniform());
      for (const p of pointsOf(a, () => random.uniform())) {
        const q = points[random.integer(points.length)]!;
        const value = evaluateWide(
          [one],
          new Map([
            [s, [p]],
            [t, [q]],
          ]),
        )[0]![0]!;
        if (!holds(found, i, value, [p, q], scalarFunctions[op](p[0], q[0]))) {
          const shown = `${found.mid[i]} +- ${found.rad[i]}`;
          throw new Error(
            `${op}(${p}; ${q}) = ${value} is not in ${shown}, for ${a.mid} +- ${a.rad} and ${c.mid} +- ${c.rad}`,
          );
        }
      }
    }
    assert.ok(finite > pairs.length / 8, `${finite} of ${pairs.length} are known`);
  });
}

primitives.run();
