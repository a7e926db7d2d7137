/** What the columns of `certificate` say of a last row. */
import type { Row } from "../../../authoring/index.ts";
import { roundedDown, roundedUp } from "../../../boundedNumber.ts";
import { criticalDistance, short } from "./criticality.ts";

/** Bounds are rounded so that the text does not claim more than they do. */
const atLeast = (radius: number | undefined): string =>
  short(radius === undefined ? undefined : roundedDown(radius, 3));
const atMost = (radius: number | undefined): string => short(radius === undefined ? undefined : roundedUp(radius, 3));

/** The word of a certificate. */
interface Proof {
  /** Whether a zero is proved so near that it is the end of the search; or that none is near. */
  readonly critical: boolean;
  /** The same in words. */
  readonly text: string;
  /** Morse index at the zero, if nothing but the proof is needed for it. */
  readonly index: number | undefined;
}

/**
 * Reads the certificate of a row; undefined if there is none, if it is undecided, or if the zero that Newton's steps
 * led to is more than 0.01 of the parameters away: then it says little of the point.
 */
export function proofOf({ columns }: Pick<Row, "columns">): Proof | undefined {
  const { certified, certifiedRadius, certifiedUnique, certifiedMoved = 0, certifiedIndex, excludedRadius } = columns;
  const { certifiedShare = 0 } = columns;
  if (certified === -1) {
    return { critical: false, text: `proved: no zero within ${atLeast(excludedRadius)}`, index: undefined };
  }
  if (certified !== 1 && certified !== 2) return undefined;
  if (!(certifiedShare <= criticalDistance)) return undefined;
  const given = certified === 2 ? ", given the symmetry" : "";
  const moved = certifiedMoved === 0 ? "" : ` of a point ${short(certifiedMoved)} away`;
  return {
    critical: true,
    text: `proved${given}: one zero within ${atLeast(certifiedUnique)}${moved}, at most ${atMost(certifiedRadius)} from there`,
    index: certified === 1 ? certifiedIndex : undefined,
  };
}
