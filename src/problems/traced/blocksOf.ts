import { failure } from "../../errors.ts";
import type { ParameterBlock } from "../problem.ts";
import { texts } from "../rules.ts";
import type { Shapes } from "./parametersOf.ts";

export interface BlockOptions {
  /** Names of the blocks, one for each shape. Default `parameter1`, `parameter2`, ... */
  readonly names?: readonly string[];
  /** Names of the players whose strategies the blocks are, one for each shape. Default: none. */
  readonly players?: readonly string[];
}

export const blockRules = { names: texts, players: texts } as const;

type ReadBlockOptions = { readonly [K in keyof BlockOptions]?: BlockOptions[K] | undefined };

/**
 * Lays parameter tensors out as blocks, one after the other in a point.
 *
 * @throws {RangeError} ERR_SHAPE for wrong shapes; ERR_LENGTH, ERR_OPTION_RANGE for names that do not fit the shapes
 */
export function blocksOf(who: string, shapes: Shapes, { names, players }: ReadBlockOptions): readonly ParameterBlock[] {
  if (!Array.isArray(shapes) || shapes.length === 0) {
    throw failure(
      "ERR_SHAPE",
      `${who}: expected a list of shapes such as [[3, 2], [2]], got ${JSON.stringify(shapes)}`,
    );
  }
  for (const [what, list] of Object.entries({ names, players })) {
    if (list !== undefined && list.length !== shapes.length) {
      throw failure("ERR_LENGTH", `${who}: expected ${shapes.length} ${what}, one for each shape, got ${list.length}`);
    }
  }
  if (names !== undefined && new Set(names).size !== names.length) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected different names, got ${names.join(", ")}`);
  }
  let offset = 0;
  return shapes.map((shape: unknown, i) => {
    if (!Array.isArray(shape) || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw failure(
        "ERR_SHAPE",
        `${who}: expected shapes of positive integers such as [3, 2], or [] for a number; ` +
          `got ${JSON.stringify(shape)} as shape ${i}`,
      );
    }
    const size = shape.reduce((product: number, extent: number) => product * extent, 1);
    const block = { name: names?.[i] ?? `parameter${i + 1}`, shape: [...shape], offset, size };
    offset += size;
    const player = players?.[i];
    return player === undefined ? block : { ...block, player };
  });
}
