import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { seed, yesOrNo } from "../rules.ts";
import type { Dataset, Split, SplitOptions } from "./types.ts";

const fraction = { min: 0, max: 1 } as const;
const rules = {
  train: fraction,
  validation: fraction,
  test: fraction,
  seed,
  stratify: { ...yesOrNo, default: false },
} as const;

/** Divides the rows; `make` makes a part of its rows, which ascend. */
export function splitRows<O extends SplitOptions>(
  data: Dataset,
  options: O,
  make: (part: string, rows: Int32Array) => Dataset,
): Split<O> {
  const { seed: key, stratify, ...given } = readOptions("split", options as SplitOptions, rules);
  const { count, labels, name } = data;
  if (stratify && labels === undefined) {
    throw failure("ERR_OPTION_RANGE", `split: expected labels of "${name}" to stratify by, got none`);
  }
  const rest = 1 - (given.validation ?? 0) - (given.test ?? 0);
  const fractions = Object.entries({ ...given, train: given.train ?? Math.max(0, rest) }).filter(
    (entry): entry is [string, number] => entry[1] !== undefined,
  );
  const ends: number[] = [];
  let sum = 0;
  for (const [, own] of fractions) {
    sum += own;
    // A sum such as 0.7 + 0.2 + 0.1 misses 1 by rounding.
    ends.push(Math.abs(sum - 1) < rounding ? 1 : sum);
  }
  if (sum > 1 + rounding) {
    const listed = fractions.map(([part, own]) => `${part} ${own}`).join(", ");
    throw failure("ERR_OPTION_RANGE", `split: expected fractions of a sum of at most 1, got ${listed}`);
  }
  const parts = fractions.map((): number[] => []);
  for (const [stratum, rows] of strata(count, stratify ? labels : undefined, key).entries()) {
    // Each class rounds at a place of its own, so that the roundings of many classes do not add up.
    const offset = stratify ? (0.5 + stratum * golden) % 1 : 0.5;
    let from = 0;
    for (const [part, end] of ends.entries()) {
      const to = end === 1 ? rows.length : Math.min(rows.length, Math.floor(end * rows.length + offset));
      for (let i = from; i < to; i++) parts[part]!.push(rows[i]!);
      from = Math.max(from, to);
    }
  }
  return Object.fromEntries(
    fractions.map(([part, own], i) => {
      const rows = Int32Array.from(parts[i]!).sort();
      if (rows.length === 0) {
        throw failure(
          "ERR_OPTION_RANGE",
          `split: expected a row at least of "${name}" for ${part}, got the fraction ${own} of ${count} rows; ` +
            "give a larger one, or leave the part out",
        );
      }
      return [part, make(part, rows)];
    }),
  ) as Split<O>;
}

const rounding = 1e-9;
const golden = (Math.sqrt(5) - 1) / 2;

/** The rows of each class in random order; without classes all rows as one. */
function strata(count: number, labels: Int32Array | undefined, seed: number): readonly (readonly number[])[] {
  const random = randomSource(seed, "split");
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  if (labels === undefined) return [Array.from(order)];
  const found = new Map<number, number[]>();
  for (const row of order) {
    const rows = found.get(labels[row]!) ?? [];
    rows.push(row);
    found.set(labels[row]!, rows);
  }
  return [...found].sort(([a], [b]) => a - b).map(([, rows]) => rows);
}
