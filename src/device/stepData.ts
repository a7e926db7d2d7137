import { failure } from "../authoring/index.ts";
import type { InputData } from "../autodiff/chosenRows.ts";
import { sizeOf } from "../autodiff/graph/graph.ts";
import type { IntervalSource } from "../autodiff/interval/source.ts";

/** The data of some steps, in the order of a field's inputs. */
interface StepData {
  /** Which inputs have other numbers at each step. */
  readonly batched: readonly boolean[];
  /**
   * Gives the numbers, those that are batched one step after the other, with room for `steps` of them.
   *
   * @throws ERR_MEMORY if there is no memory for them
   */
  numbers(steps: number): readonly InputData[];
}

/** Puts the data of one step after the other. `given` has one entry for each step. */
export function stepData(given: readonly Required<Pick<IntervalSource, "data">>[]): StepData {
  const [first] = given as [Required<Pick<IntervalSource, "data">>];
  const batched = first.data.map(({ values }, i) => given.some(({ data }) => data[i]!.values !== values));
  return {
    batched,
    numbers: (steps) =>
      first.data.map(({ node, values }, i) => {
        if (batched[i] !== true) return plain(values);
        const size = sizeOf(node.shape);
        const all = reserve(size * steps);
        for (const [k, { data }] of given.entries()) {
          const target = all.subarray(k * size, (k + 1) * size);
          const numbers = plain(data[i]!.values);
          if (numbers instanceof Float64Array) target.set(numbers);
          else numbers.write(target);
        }
        return all;
      }),
  };
}

/** Data of a traced problem are numbers without radii. */
function plain(values: NonNullable<IntervalSource["data"]>[number]["values"]): InputData {
  if ("mid" in values) return values.mid;
  return values;
}

function reserve(length: number): Float64Array {
  try {
    return new Float64Array(length);
  } catch (cause) {
    throw failure(
      "ERR_MEMORY",
      `deviceSteps: expected memory for ${length} numbers, the batches of all steps of a call; take fewer steps per call`,
      { cause },
    );
  }
}
