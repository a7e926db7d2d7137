import { u, up } from "../../linalg/verified/enclosure.ts";
import { isOp, type Node, type Op } from "../graph/graph.ts";
import { sameShape } from "../graph/shapes.ts";
import { groups } from "../kernels/reduce.ts";
import { type Ball, type BallOperand, type IntervalRule, operandAt, runs, type Tally } from "./rule.ts";

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

const equal = comparison((gap, both) => {
  if (Math.abs(gap) > both) return 0;
  return both === 0 && gap === 0 ? 1 : undefined;
});

/** Looks through what only repeats or reshapes. */
function moved(node: Node): Node {
  let at = node;
  while (isOp(at, "broadcast") || isOp(at, "reshape")) at = at.inputs[0]!;
  return at;
}

/**
 * Rule of x = max(x), by which the derivative of the maximum finds its entries. Entry by entry it could never be decided,
 * since the maximum has the radius of its entry; but the entry that is larger than all others is equal to it.
 *
 * @returns undefined for all other comparisons
 */
function ties(
  node: Node,
  operands: readonly BallOperand[],
  { mid, rad }: Ball,
  tally: Tally,
): (() => void) | undefined {
  const place = [0, 1].find((side) => {
    const largest = moved(node.inputs[1 - side]!);
    return isOp(largest, "reduceMax") && largest.inputs[0] === node.inputs[side];
  });
  if (place === undefined) return undefined;
  const largest = moved(node.inputs[1 - place]!);
  const { mid: xs, rad: rs, source } = operandAt(operands, place);
  if (!isOp(largest, "reduceMax") || !sameShape(source, node.shape)) return undefined;
  const { starts, members } = groups(node.shape, largest.attributes.axes);
  const compare = (i: number, j: number): "less" | "greater" | "equal" | "unknown" => {
    const both = (rs[i]! + rs[j]!) * up;
    const gap = xs[i]! - xs[j]!;
    if (both === 0) return gap < 0 ? "less" : gap > 0 ? "greater" : "equal";
    if (!(both < Number.POSITIVE_INFINITY)) return "unknown";
    const sure = gap * (1 - 4 * u);
    return sure > both ? "greater" : -sure > both ? "less" : "unknown";
  };
  return () => {
    for (const start of starts) {
      let best = start + members[0]!;
      for (const member of members) if (xs[start + member]! > xs[best]!) best = start + member;
      const wins = members.every((member) => {
        const found = start + member === best ? "equal" : compare(best, start + member);
        return found === "greater" || found === "equal";
      });
      for (const member of members) {
        const at = start + member;
        const found = at === best ? "equal" : compare(at, best);
        const yes = wins && found === "equal";
        const no = found === "less";
        if (!yes && !no) tally.undecided++;
        mid[at] = yes ? 1 : no ? 0 : 0.5;
        rad[at] = yes || no ? 0 : 0.5;
      }
    }
  };
}

const equality: IntervalRule<"equal"> = (node, operands, out, tally) =>
  ties(node, operands, out, tally) ?? equal(node, operands, out, tally);

export const comparisonIntervals = {
  less: comparison((gap, both) => (gap > both ? 1 : -gap >= both ? 0 : undefined)),
  lessEqual: comparison((gap, both) => (gap >= both ? 1 : -gap > both ? 0 : undefined)),
  equal: equality,
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
