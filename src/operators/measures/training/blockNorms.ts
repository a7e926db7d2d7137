import { blockNamed, defineMeasure, failure, type Measure, readOptions } from "../../../authoring/index.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../../support/measuredSteps.ts";

/** Options of {@link blockNorms}. */
export interface BlockNormsOptions extends MeasuredSteps {}

/**
 * Measures the norm of the field in each parameter block: of the gradient of each layer's weights.
 *
 * Columns `fieldNorm.layer1.weights` and so on, one per block. On minibatches it is the field of the row's batch.
 *
 * Cost: n operations per measurement.
 *
 * @example
 * const [first] = firstRows(quartic(), [1, 2], chain(gradientStep(0.01), blockNorms(quartic().blocks)), 1);
 * console.log(first!.columns["fieldNorm.x"], first!.columns["fieldNorm.y"]!.toFixed(1));
 * // 4 48.8
 * @param blocks blocks of the problem, of which only the names count
 * @param options {@link BlockNormsOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for no blocks and, in the stream, for a block that the problem does not have
 */
export function blockNorms(blocks: readonly { readonly name: string }[], options: BlockNormsOptions = {}): Measure {
  const measured = measuredSteps("blockNorms", readOptions("blockNorms", options, stepRules));
  if (!(Array.isArray(blocks) && blocks.length > 0)) {
    throw failure("ERR_OPTION_RANGE", "blockNorms: expected the blocks of a problem, got none");
  }
  const names = blocks.map(({ name }: { readonly name: string }) => name);
  return defineMeasure({
    name: "blockNorms",
    columns: Object.fromEntries(names.map((name) => [`fieldNorm.${name}`, { meaning: `||F|| in the block ${name}` }])),
    step(it) {
      if (!measured(it)) return undefined;
      const { field, problem } = it.at;
      return {
        columns: Object.fromEntries(
          names.map((name) => {
            const { offset, size } = blockNamed(problem, name, "blockNorms");
            let largest = 0;
            for (let i = offset; i < offset + size; i++) largest = Math.max(largest, Math.abs(field[i]!));
            let squares = 0;
            // Divided by the largest entry, so that no square leaves the range.
            for (let i = offset; i < offset + size; i++) squares += (field[i]! / largest) ** 2;
            return [
              `fieldNorm.${name}`,
              largest === 0 || !Number.isFinite(largest) ? largest : largest * Math.sqrt(squares),
            ];
          }),
        ),
      };
    },
  });
}
