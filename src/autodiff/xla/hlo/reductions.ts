import type { HloWriter, Value } from "./writer.ts";

/** Repeats a reduced array along the axes that were reduced. */
function repeated(w: HloWriter, x: Value, axes: readonly number[], shape: readonly number[]): Value {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return w.broadcast(x, kept, shape);
}

/**
 * m + log1p(sum of e^(x - m)) for the largest number m, where the sum leaves out one number that equals m: the result
 * keeps what is small beside 1.
 */
export function logSumExp(w: HloWriter, x: Value, axes: readonly number[]): Value {
  const largest = w.reduce("maximum", x, axes, Number.NEGATIVE_INFINITY);
  const finite = w.put(
    `stablehlo.is_finite ${largest.name} : (${w.typeOf(largest)}) -> ${w.typeOf({ ...largest, element: "i1" })}`,
    largest.shape,
    "i1",
  );
  const m = repeated(w, w.select(finite, largest, 0), axes, x.shape);
  const isLargest = w.compare("EQ", x, m);
  const rest = w.select(isLargest, 0, w.apply("exponential", w.apply("subtract", x, m)));
  const ties = w.reduce("add", w.convert(isLargest, x.element), axes, 0);
  const sum = w.apply("add", w.apply("subtract", ties, 1), w.reduce("add", rest, axes, 0));
  return w.select(finite, w.apply("add", largest, w.apply("log_plus_one", sum)), largest);
}

/** Index of the first maximum along an axis. */
export function argMax(w: HloWriter, x: Value, axis: number): Value {
  const largest = w.reduce("maximum", x, [axis], Number.NEGATIVE_INFINITY);
  const isLargest = w.compare("EQ", x, repeated(w, largest, [axis], x.shape));
  const none = x.shape[axis]!;
  const index = w.reduce("minimum", w.select(isLargest, w.iota(axis, x.shape), none), [axis], none);
  return w.select(w.compare("LT", index, none), index, 0);
}

/** Sums of all entries up to each one along an axis. */
export function cumulativeSum(
  w: HloWriter,
  x: Value,
  { axis, exclusive, reverse }: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean },
): Value {
  const n = x.shape[axis]!;
  if (n === 0) return x;
  const zeros = x.shape.map(() => 0);
  const at = (count: number): readonly number[] => x.shape.map((_, i) => (i === axis ? count : 0));
  // Exclusive sums are those of the entries moved by one place.
  const moved = exclusive ? w.pad(x, at(reverse ? -1 : 1), at(reverse ? 1 : -1)) : x;
  const windows = x.shape.map((_, i) => (i === axis ? n : 1));
  const padding = zeros.map((_, i) => (i === axis ? (reverse ? `[0, ${n - 1}]` : `[${n - 1}, 0]`) : "[0, 0]"));
  const zero = w.fill(0, [], x.element);
  const scalar = w.typeOf(zero);
  const [a, b, sum] = ["%left", "%right", "%both"];
  return w.put(
    `"stablehlo.reduce_window"(${moved.name}, ${zero.name}) ({\n^bb0(${a}: ${scalar}, ${b}: ${scalar}):\n` +
      `${sum} = stablehlo.add ${a}, ${b} : ${scalar}\nstablehlo.return ${sum} : ${scalar}\n}) ` +
      `{window_dimensions = array<i64: ${windows.join(", ")}>, padding = dense<[${padding.join(", ")}]> : ` +
      `tensor<${x.shape.length}x2xi64>} : (${w.typeOf(x)}, ${scalar}) -> ${w.typeOf(x)}`,
    x.shape,
    x.element,
  );
}
