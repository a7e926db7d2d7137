/** Smooths a curve so that its trend shows. */
import type { Curve } from "./series.ts";

/**
 * Returns the weighted averages of the numbers of a curve: those at distance d weigh exp(-d / width), on both sides, so
 * that the trend does not lag. Each number also weighs as much as the stretch of the axis for which it stands, so that
 * rows that are dense here and sparse there count equally. Distances are those on the x axis as it is drawn, and the
 * averages those of logarithms where the y axis is logarithmic. Gaps stay gaps. Cost: linear.
 *
 * @param share width as a share of the axis from `range[0]` to `range[1]`
 */
export function smoothed(
  { xs, ys }: Pick<Curve, "xs" | "ys">,
  share: number,
  range: readonly [min: number, max: number],
  scales: { readonly logX: boolean; readonly logY: boolean },
): Curve["ys"] {
  const { logX, logY } = scales;
  const place = (x: number): number => (logX ? Math.log(x) : x);
  const width = share * (place(range[1]) - place(range[0]));
  const rows: number[] = [];
  ys.forEach((y, row) => {
    if (typeof y === "number") rows.push(row);
  });
  if (!(width > 0) || rows.length === 0) return ys;
  const places = rows.map((row) => place(xs[row]!));
  const values = rows.map((row) => (logY ? Math.log(ys[row] as number) : (ys[row] as number)));
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const weights = places.map((at, i) => {
    const stretch = ((places[i + 1] ?? at) - (places[i - 1] ?? at)) / 2;
    // Rows at the same place share it; without this they would weigh nothing.
    return stretch / width + 1e-9;
  });
  const sums = new Float64Array(rows.length);
  const totals = new Float64Array(rows.length);
  const pass = (order: readonly number[], own: boolean): void => {
    let [sum, total, before] = [0, 0, places[order[0]!]!];
    for (const i of order) {
      const decay = Math.exp(-Math.abs(places[i]! - before) / width);
      before = places[i]!;
      sum *= decay;
      total *= decay;
      const [addend, weight] = [weights[i]! * (values[i]! / largest), weights[i]!];
      sums[i]! += sum + (own ? addend : 0);
      totals[i]! += total + (own ? weight : 0);
      sum += addend;
      total += weight;
    }
  };
  const order = rows.map((_, i) => i);
  pass(order, true);
  pass(order.toReversed(), false);
  const smooth = [...ys];
  rows.forEach((row, i) => {
    const mean = (sums[i]! / totals[i]!) * largest;
    smooth[row] = logY ? Math.exp(mean) : mean;
  });
  return smooth;
}
