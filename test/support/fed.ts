import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import type { Measure } from "../../src/streams/types.ts";
import { comparable } from "./checkpoints.ts";

/** How many steps it was fed, as a column. */
export const fed = (name: string): Measure =>
  defineMeasure({
    name,
    columns: { [name]: { meaning: "steps it was fed" } },
    init: () => ({ count: 0 }),
    step: (_it, { count }) => ({ state: { count: count + 1 }, columns: { [name]: count + 1 } }),
  });
export const timeless = comparable;
