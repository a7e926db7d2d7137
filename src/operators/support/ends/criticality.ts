/** Whether the last point of a search is critical, by the columns of its row. */

import type { Row } from "../../../authoring/index.ts";
import { endThresholds } from "../../../endThresholds.ts";

/**
 * Largest ||F||^2 at which the Morse index is trusted where only ||F||^2 is known and judged by an absolute threshold.
 *
 * Of 80 searches on a deep linear autoencoder none had a wrong index at 1e-10, 3 of 54 at 1e-9, 9 of 61 at 1e-8, 61 of
 * 77 at 1e-6. The number holds in the units of that network.
 */
export const trustedSquaredNorm = 1e-10;

/** Largest relative size of F at a critical point. */
export const criticalRelativeField = endThresholds.relativeField;

/**
 * Longest Newton step at a critical point, in lengths of the parameters, and longest one where its index is trusted,
 * relative to the parameters themselves.
 */
export const criticalDistance = 0.01;

/**
 * Share of F that Newton's method removes at most where F is flat, a tenth, as r > 0.9 says that a step leaves nine tenths
 * of it; a step that leaves no more than that share removes F.
 */
export const minorShare = 0.1;

/** Distance, in lengths of the parameters, within which a minimum of ||F|| makes an end without a step flat. */
export const flatBeside = 0.01;

/**
 * Largest ratio of two Newton steps at a critical point. At a regular zero it falls with the distance; where F is power
 * m of the distance it is 1 - 1 / m. In a curved valley without a zero one of two ratios in a row is above 1.
 */
const criticalContraction = 0.95;

interface Criticality {
  /** Undefined if that was not measured. */
  readonly critical: boolean | "out of range" | undefined;
  /** The number that decided, beside its threshold. */
  readonly text: string;
  /** Whether F is small enough to trust a Morse index. */
  readonly trusted: boolean;
}

/** Judges by ||F||^2 where an absolute threshold is given, else by the relative size of F and by Newton's steps. */
export function criticality(
  { squaredFieldNorm: square, columns }: Pick<Row, "squaredFieldNorm" | "columns">,
  absolute: number | undefined,
  relativeThreshold = criticalRelativeField,
): Criticality {
  const relative = columns.relativeField;
  const trusted = relative === undefined ? square <= trustedSquaredNorm : relative <= criticalRelativeField;
  if (absolute !== undefined) {
    const critical = square <= absolute;
    if (square === Number.POSITIVE_INFINITY) return { critical: "out of range", trusted, text: outOfRange(square) };
    return { critical, trusted, text: `|grad|^2 = ${short(square)} ${critical ? "<=" : ">"} ${absolute}` };
  }
  if (relative === undefined) {
    // Where F = 0 there is nothing to compare.
    return {
      critical: square === 0 ? true : square === Number.POSITIVE_INFINITY ? "out of range" : undefined,
      trusted: false,
      text:
        square === 0
          ? "|grad|^2 = 0"
          : square === Number.POSITIVE_INFINITY
            ? outOfRange(square)
            : `|grad|^2 = ${short(square)}, whose relative size was not measured (classifyEnd() in the run measures it)`,
    };
  }
  if (relative <= relativeThreshold) {
    const small = `relative gradient ${short(relative)} <= ${relativeThreshold}`;
    const away = columns.relativeDistance ?? 0;
    const contraction = columns.stepContraction ?? 0;
    if (away > criticalDistance) {
      const text = `${small}, but Newton's step is long: ${short(away)} > ${criticalDistance}`;
      return { critical: false, trusted: false, text };
    }
    if (contraction > criticalContraction) {
      const text = `${small}, but Newton's steps do not contract: ${short(contraction)} > ${criticalContraction}`;
      return { critical: false, trusted: false, text };
    }
    return { critical: true, trusted, text: small };
  }
  const lost = Number.isNaN(relative) || square === Number.POSITIVE_INFINITY || square < smallestSquare;
  return {
    critical: lost ? "out of range" : false,
    trusted,
    text: lost ? outOfRange(square) : `relative gradient ${short(relative)} > ${relativeThreshold}`,
  };
}

/** Smallest ||F||^2 that has not lost digits to underflow. */
const smallestSquare = 1e-290;

function outOfRange(square: number): string {
  return (
    `|grad|^2 = ${square} or the Hessian is beyond the range of float64, so the search could not compare points; ` +
    "multiply the loss or the parameters by a power of ten"
  );
}

/** A number of a verdict in three digits. */
export function short(value: number | undefined): string {
  return value === undefined ? "unknown" : value.toPrecision(3);
}
