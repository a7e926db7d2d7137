import type { SliceRequest } from "../../arrow/slices/sliceData.ts";
import { isFiniteVector } from "../../linalg/vector.ts";
import { readOptions } from "../../options.ts";
import type { Command, TakeSlice } from "../types.ts";
import { lossSlice, sliceRules } from "./lossSlice.ts";

/**
 * Makes the command that takes a slice of the loss around the point where a run stands.
 *
 * The run computes it between two steps, also while it is paused, and records it in the next row's `commands`. Its
 * iterates and its counts stay what they would have been. A recorded command is not computed again by a replay.
 *
 * Cost: that of {@link lossSlice}; the run waits meanwhile.
 *
 * @example
 * const commands = new Subject<import("fluxion/streams").Command>();
 * iterate(quartic(), [1, 2], gradientStep(0.01), { commands }).pipe(take(10)).subscribe();
 * commands.next({ ...sliceCommand({ along: ["step"] }), step: 3, reply: ({ slice }) => console.log(slice?.lines.length) });
 * // 1
 * @param asked {@link SliceRequest}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 */
export function sliceCommand(asked: SliceRequest = {}): Extract<Command, { type: "slice" }> {
  const { along, points, radius, seed, seconds } = sliceRules;
  readOptions("sliceCommand", asked, { along, points, radius, seed, seconds });
  return { type: "slice", asked, take: (place) => taken(place, asked) };
}

/** A slice that fails must not end the run: what goes wrong is the reason why there is none. */
function taken(place: Parameters<TakeSlice>[0], asked: SliceRequest): ReturnType<TakeSlice> {
  try {
    const { at, from } = place();
    if (!isFiniteVector(at.point)) return { refused: "the point of the run is not finite" };
    const move = from === undefined ? {} : { move: from.map((entry, k) => at.point[k]! - entry) };
    const slice = lossSlice(at.problem, at.point, { ...asked, ...move });
    if (slice.lines.length > 0) return { slice };
    return { refused: slice.missing.map(({ along, why }) => `${along}: ${why}`).join("; ") };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}
