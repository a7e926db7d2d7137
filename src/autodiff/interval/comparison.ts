import { u, up } from "../../linalg/verified/enclosure.ts";
import type { Node, Op } from "../graph/graph.ts";
import { type IntervalRule, operandAt, runs } from "./rule.ts";

/** Tells 1, 0, or undefined where some pairs of numbers compare so and some otherwise. `gap` is b - a, `both` ra + rb. */
type Decide = (gap: number, both: number) => 0 | 1 | undefined;

/**
 * Rule of a comparison. The sign of a difference of float64 numbers is exact, so that comparisons of exact numbers are
 * always decided.
 */
function comparison(decide: Decide): IntervalRule<"less" | "lessEqual" | "equal"> {
  return (node, operands, { mid, rad }, tally) => {
    const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
    const { outer, inner, arrays } = runs(node, operands);
    const [first, second] = [arrays[0]!, arrays[1]!];
    return () => {
      for (let run = 0, k = 0; run < outer; run++) {
        for (
          let n = 0, i = first.starts[run]!, j = second.starts[run]!;
          n < inner;
          n++, i += first.step, j += second.step, k++
        ) {
          const gap = b.mid[j]! - a.mid[i]!;
          const both = (a.rad[i]! + b.rad[j]!) * up;
          const decided =
            both < Number.POSITIVE_INFINITY ? decide(both === 0 ? gap : gap * (1 - 4 * u), both) : undefined;
          if (decided === undefined) tally.undecided++;
          mid[k] = decided ?? 0.5;
          rad[k] = decided === undefined ? 0.5 : 0;
        }
      }
    };
  };
}

export const comparisonIntervals = {
  less: comparison((gap, both) => (gap > both ? 1 : -gap >= both ? 0 : undefined)),
  lessEqual: comparison((gap, both) => (gap >= both ? 1 : -gap > both ? 0 : undefined)),
  equal: comparison((gap, both) => {
    if (Math.abs(gap) > both) return 0;
    return both === 0 && gap === 0 ? 1 : undefined;
  }),
} as const;

/** Operations whose undecided entries are counted where they are made. */
const counted: ReadonlySet<Op> = new Set<Op>(["less", "lessEqual", "equal", "not"]);
const moves: ReadonlySet<Op> = new Set<Op>(["reshape", "broadcast", "transpose", "take"]);

function isCounted(node: Node): boolean {
  let at = node;
  while (moves.has(at.op)) at = at.inputs[0]!;
  return counted.has(at.op);
}

/** Rule of `select`: the hull of both operands where the condition is undecided. */
export const selectInterval: IntervalRule<"select"> = (node, operands, { mid, rad }, tally) => {
  const [c, a, b] = [operandAt(operands, 0), operandAt(operands, 1), operandAt(operands, 2)];
  const { outer, inner, arrays } = runs(node, operands);
  const [first, second, third] = [arrays[0]!, arrays[1]!, arrays[2]!];
  const count = isCounted(node.inputs[0]!) ? 0 : 1;
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      let [h, i, j] = [first.starts[run]!, second.starts[run]!, third.starts[run]!];
      for (let n = 0; n < inner; n++, h += first.step, i += second.step, j += third.step, k++) {
        const x = Math.abs(c.mid[h]!);
        const decided = c.rad[h] === 0 || x > c.rad[h]!;
        if (decided) {
          const yes = x !== 0;
          mid[k] = yes ? a.mid[i]! : b.mid[j]!;
          rad[k] = yes ? a.rad[i]! : b.rad[j]!;
          continue;
        }
        tally.undecided += count;
        const middle = a.mid[i]! / 2 + b.mid[j]! / 2;
        const r = Math.max(Math.abs(a.mid[i]! - middle) + a.rad[i]!, Math.abs(b.mid[j]! - middle) + b.rad[j]!) * up;
        const known = r < Number.POSITIVE_INFINITY;
        mid[k] = known ? middle : 0;
        rad[k] = known ? r : Number.POSITIVE_INFINITY;
      }
    }
  };
};
