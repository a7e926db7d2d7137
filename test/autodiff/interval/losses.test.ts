import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient, pushforward } from "../../../src/autodiff/derivatives/differentiate.ts";
import { type Node, sizeOf } from "../../../src/autodiff/graph/graph.ts";
import { copyGraph } from "../../../src/autodiff/interval/copyGraph.ts";
import { intervalDerivatives } from "../../../src/autodiff/interval/derivatives.ts";
import type { IntervalData } from "../../../src/autodiff/interval/source.ts";
import type { Enclosure } from "../../../src/linalg/verified/enclosure.ts";
import { randomSource } from "../../../src/random.ts";
import * as w from "../../support/doubleDouble.ts";
import { evaluateWide } from "../../support/extended.ts";
import { everyLoss } from "../../support/losses/all.ts";
import { traceCase } from "../../support/lossLaws.ts";
import { normalVector } from "../../support/random.ts";

type Values = readonly w.Wide[];
const full = process.env.FLUXION_TEST_FULL === "1";
/** 2 / sqrt(pi) in 31 digits, the one irrational number of the rules. */
const irrational: w.Wide = [1.1283791670955126, 1.533545961316588e-17];

/** Whether every entry holds the number of 31 digits; one that is not finite needs an infinite radius. */
function firstOutside({ mid, rad }: Enclosure, values: Values): string | undefined {
  for (const [i, value] of values.entries()) {
    if (rad[i] === Number.POSITIVE_INFINITY) continue;
    // A result that cancels has fewer digits than 31.
    const distance = Math.abs(w.sub(value, w.wide(mid[i]!))[0]);
    if (!(distance <= rad[i]! * (1 + 1e-9) + 1e-26 * Math.abs(value[0]) + 1e-300)) {
      return `entry ${i}: ${value} is not in ${mid[i]} +- ${rad[i]}`;
    }
  }
  return undefined;
}

await tf.setBackend("cpu");

const losses = suite("intervals: losses");

/** A third of them, unless `FLUXION_TEST_FULL=1` asks for all. */
const cases = everyLoss.filter((_, i) => full || i % 3 === 0);
let [decided, tight] = [0, 0];
for (const [index, loss] of cases.entries()) {
  losses(`${loss.name}: value, gradient and product lie in their enclosures`, () => {
    const { traced, loss: value, dimension } = traceCase(loss);
    const builder = new GraphBuilder({ exact: true });
    const inputs = [...traced.parameters, ...[...traced.data.values()].map(({ node }) => node)];
    const copies = copyGraph(builder, [value], inputs);
    const parameters = traced.parameters.map((node) => copies.get(node) as Node<"input">);
    const output = copies.get(value)!;
    const slopes = gradient(builder, output, parameters);
    const tangents = new Map<Node, Node>(
      parameters.map((node, i) => [node, builder.input(`tangent ${i}`, "tangent", node.shape)]),
    );
    const products = pushforward(builder, slopes, tangents);
    const known = new Map<Node, Values>([...builder.rounded.keys()].map((node) => [node, [irrational]]));
    for (const { node, values } of traced.data.values()) {
      known.set(copies.get(node)!, Array.from(values, w.wide));
    }
    const place = (nodes: readonly Node[], numbers: (at: number) => w.Wide): void => {
      let at = 0;
      for (const node of nodes)
        known.set(
          node,
          Array.from({ length: sizeOf(node.shape) }, () => numbers(at++)),
        );
    };

    const data: IntervalData[] = [...traced.data.values()].map(({ node, values }) => ({
      node,
      values: Float64Array.from(values),
    }));
    const intervals = intervalDerivatives({ parameters: traced.parameters, data, value });
    const random = randomSource(9, loss.name);
    const centre = loss.point === undefined ? normalVector(dimension, 100 + index) : Float64Array.from(loss.point);
    const direction = normalVector(dimension, 5);
    for (const size of [0, 1e-9, 1e-4]) {
      const box = { mid: centre, rad: centre.map((x) => size * Math.abs(x)) };
      const v = { mid: direction, rad: direction.map((x) => size * Math.abs(x)) };
      const found = [intervals.value(box), intervals.gradient(box), intervals.hessianTimes(box, v)] as const;
      if (size === 0 && intervals.undecided === 0) decided++;
      const inside = (from: Enclosure, at: number): w.Wide =>
        w.add(w.wide(from.mid[at]!), w.wide(from.rad[at]! * (2 * random.uniform() - 1)));
      place(parameters, (at) => inside(box, at));
      place([...tangents.values()], (at) => inside(v, at));
      const exact = evaluateWide([output, ...slopes, ...products], known);
      const expected = [exact[0]!, exact.slice(1, 1 + slopes.length).flat(), exact.slice(1 + slopes.length).flat()];
      for (const [i, what] of ["value", "gradient", "product"].entries()) {
        const outside = firstOutside(found[i]!, expected[i]!);
        if (outside !== undefined) throw new Error(`${what} at relative radius ${size}: ${outside}`);
        const { mid, rad } = found[i]!;
        if (size === 0 && rad.every((r) => r <= 1e-6 * (1 + Math.hypot(...mid)))) tight++;
      }
    }
  });
}

losses("nearly all are decided and tight at a point", () => {
  assert.ok(decided >= 0.85 * cases.length, `${decided} of ${cases.length} are decided`);
  assert.ok(tight >= 0.95 * 3 * cases.length, `${tight} of ${3 * cases.length} are tight`);
});

losses.run();
