import type { Arena } from "../arena.ts";
import { type Rows, requireSamples, type TileData } from "./rows.ts";

/** Copies the rows of `count` samples to the memory of a program. */
export function copyRows(
  values: TileData,
  rows: Rows,
  first: number,
  count: number,
  arena: Arena,
  place: number,
): void {
  const { width, groups, stride } = rows;
  if (values instanceof Float64Array) requireSamples(values, rows, first + count);
  const size = count * width;
  for (let i = 0; i < groups; i++) {
    const [to, from] = [place + 8 * i * size, i * stride + first * width];
    if (values instanceof Float64Array) arena.write(to, values, from, size);
    else values.part(arena.view(to, size), from);
  }
}
