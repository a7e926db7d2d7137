/** What `fluxion certify` prints. */
import { roundedDown, roundedUp } from "../../boundedNumber.ts";
import type { Bounds } from "../../certify/certificate.ts";
import type { CertifiedEnd } from "../../experiments/threads/certifyEnds.ts";
import { shortNumber } from "../../shortNumber.ts";
import type { Cell } from "../output/table.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { unseenClasses } from "./unseen.ts";

export const certificateHeadings: readonly string[] = [
  "point",
  "verdict",
  "loss",
  "index",
  "kernel",
  "zero within",
  "unique within",
  "moved",
  "no zero within",
  "of ||z||",
  "seconds",
];

/** Number of digits that a table shows of a bound. */
const digitsOf = (bound: number): number => (bound < 1e-3 || bound >= 1e5 ? 3 : 5);
const least = (bound: number): number => roundedDown(bound, digitsOf(bound));
const most = (bound: number): number => roundedUp(bound, digitsOf(bound));

/** The row of a certificate in the table. */
export function certificateCells({ name, given, certificate, seconds }: CertifiedEnd): Cell[] {
  const { verdict, loss, morseIndex, kernelDimension, exists, unique, moved, excluded } = certificate;
  const isZero = exists !== undefined;
  const none = excluded !== undefined && excluded > 0;
  return [
    name,
    verdict,
    isZero && loss !== undefined ? (loss.low + loss.high) / 2 : undefined,
    morseIndex,
    kernelDimension,
    // Bounds are rounded so that the table does not claim more than they do.
    exists === undefined ? undefined : most(exists),
    unique === undefined ? undefined : least(unique),
    isZero && moved > 0 ? moved : undefined,
    none ? least(excluded) : undefined,
    none ? least(excluded / Math.hypot(...given)) : undefined,
    seconds,
  ];
}

/** Largest number of undecided points whose reasons are printed. */
const mostExplained = 3;

/** Why points are undecided: the reasons of the first ones, then how many more there are. */
export function explained(ends: readonly CertifiedEnd[]): readonly string[] {
  const undecided = ends.filter(({ certificate }) => certificate.verdict === "undecided");
  const lines = undecided.slice(0, mostExplained).map(({ name, certificate }) => `${name}: ${certificate.because}`);
  const rest = undecided.length - lines.length;
  return [
    ...lines,
    ...(rest > 0 ? [`and ${rest} more undecided; certificates.json has the reasons`] : []),
    ...gap(lines),
  ];
}

const gap = (lines: readonly string[]): readonly string[] => (lines.length > 0 ? [""] : []);

/** What the certificates mean together. */
export function conclusions(ends: readonly CertifiedEnd[]): readonly string[] {
  const counted = { zero: [], given: [], away: [], none: [], undecided: [] } as Record<Outcome, CertifiedEnd[]>;
  for (const end of ends) counted[outcomeOf(end.certificate)].push(end);
  const { zero: proved, given, away, none, undecided } = counted;
  const counts = [
    `${proved.length} of ${ends.length} proved critical`,
    ...(given.length > 0 ? [`${given.length} critical if a symmetry that is not proved is one`] : []),
    `${none.length} proved not to be near a critical point`,
    ...(away.length > 0 ? [`${away.length} from which Newton's steps lead to a critical point farther away`] : []),
    `${undecided.length} undecided`,
  ];
  const lines = [counts.join(", ")];
  const classes = classesOf(proved);
  if (classes.length === 0) return lines;
  const { classes: different, probability, atLeast, ends: count } = unseenClasses(classes);
  lines.push(
    `${different} different (loss, index) among the ${count}; the next search that ends at a critical point finds a new one ` +
      `with probability ${shortNumber(probability)} (Good and Turing)`,
    `at least ${Math.round(atLeast)} in all is what Chao's bound says: a lower bound only, since searches prefer some`,
    ...assumptions(ends),
  );
  return lines;
}

function assumptions(ends: readonly CertifiedEnd[]): readonly string[] {
  const all = new Set(ends.flatMap(({ certificate }) => certificate.assumptions));
  return all.size === 0 ? [] : ["assumed:", ...[...all].map((line) => `  ${line}`)];
}

/**
 * Names the class of each zero. Zeros are of one class if they have one problem, one index and one kernel dimension, and
 * their bounds of the loss overlap, themselves or through others.
 */
function classesOf(ends: readonly CertifiedEnd[]): readonly string[] {
  const groups = new Map<string, Bounds[]>();
  for (const { problem, certificate } of ends) {
    const key = `${problem} ${certificate.morseIndex} ${certificate.kernelDimension}`;
    const bounds = certificate.loss ?? { low: 0, high: 0 };
    groups.set(key, [...(groups.get(key) ?? []), bounds]);
  }
  return [...groups].flatMap(([key, bounds]) => {
    let number = 0;
    let reach = Number.NEGATIVE_INFINITY;
    return [...bounds]
      .sort((a, b) => a.low - b.low)
      .map(({ low, high }) => {
        if (low > reach) number++;
        reach = Math.max(reach, high);
        return `${key} ${number}`;
      });
  });
}
