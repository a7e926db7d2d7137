/** What is proved of the end of a run: by columns of its last row, or by a certificate that was made afterwards. */

import { roundedDown, roundedUp } from "../boundedNumber.ts";
import type { EndCertificate } from "../server/messages.ts";
import { newest } from "./charts/series.ts";
import { formatNumber } from "./format.ts";
import type { RunData } from "./runData.ts";

export interface Proof {
  /** Whether the end is critical; undefined where the certificate decides nothing about it. */
  readonly critical: boolean | undefined;
  /** What stands behind the verdict. */
  readonly mark: "proved" | "proved, given the symmetry" | "undecided";
  readonly sentence: string;
  /** Exact Morse index at the critical point. */
  readonly index: number | undefined;
}

/** Columns in which `certificate` writes what it proves. */
const proofColumns: readonly string[] = [
  "certified",
  "certifiedIndex",
  "certifiedRadius",
  "certifiedShare",
  "excludedRadius",
];

/** Distance, relative to the length of the end, beyond which a zero says nothing of it: that of the operators. */
const farthest = 0.01;

/**
 * Reads the columns of `certificate`; undefined where it decides nothing. `certified` is 1 and 2 for a zero, -1 for none
 * nearby. The zero may be far away, where Newton's steps have led.
 */
export function proofOfRow(data: RunData): Proof | undefined {
  const [certified, index, exists, share = 0, excluded = 0] = proofColumns.map((name) => newest(data, name));
  const isZero = certified === 1 || certified === 2;
  if (isZero && share <= farthest) {
    const sentence = `proved: one zero of F lies within ${formatNumber(exists === undefined ? undefined : roundedUp(exists, 4))}`;
    return certified === 1
      ? { critical: true, mark: "proved", sentence, index }
      : {
          critical: true,
          mark: "proved, given the symmetry",
          sentence: `${sentence}, given the symmetry`,
          index: undefined,
        };
  }
  if (certified === -1 || (isZero && excluded > 0)) {
    const sentence = `proved: no zero of F lies within ${formatNumber(roundedDown(excluded, 4))} of it`;
    return { critical: false, mark: "proved", sentence, index: undefined };
  }
  return undefined;
}

const outcomes = {
  zero: { critical: true, mark: "proved" },
  given: { critical: true, mark: "proved, given the symmetry" },
  none: { critical: false, mark: "proved" },
  away: { critical: undefined, mark: "undecided" },
  undecided: { critical: undefined, mark: "undecided" },
} as const;

/** Reads a certificate that was made afterwards. */
export function proofOfFile({ outcome, text, morseIndex }: EndCertificate): Proof {
  return { ...outcomes[outcome], sentence: text, index: morseIndex };
}
