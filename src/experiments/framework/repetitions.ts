/** Repetitions of a run from starts that differ in their last bits. They show whether its verdict depends on rounding. */
import { concat, concatMap, defer, EMPTY, ignoreElements, type Observable, range, takeLast, tap } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { placesAbove } from "../../elementary/bits.ts";
import { distance, norm } from "../../linalg/vector.ts";
import { randomSource } from "../../random.ts";

/** The end of a run, as far as it is compared. */
export interface ComparedEnd {
  /** Class of the end, such as "critical point"; the status of the last row where `classifyEnd` did not run. */
  readonly verdict: string;
  /** Morse index; absent if it was not measured. */
  readonly morseIndex?: number;
  /** Value of the last row; absent if the problem has none. */
  readonly value?: number;
}

/** What the repetitions of one run have in common with it. */
export interface Agreement {
  /** Name of the run. */
  readonly run: string;
  /** Number of repetitions. */
  readonly repetitions: number;
  /** Number of repetitions with the verdict of the run. */
  readonly sameVerdict: number;
  /** Number of repetitions with the Morse index of the run; absent if it was not measured. */
  readonly sameIndex?: number;
  /** Number of decimal digits that the values of all ends share, at most 15; of the points if there is no value. */
  readonly sameDigits: number;
  /** The end of the run, then those of its repetitions. */
  readonly ends: readonly ComparedEnd[];
}

/** Folder, in the directory of an experiment, with a directory for each repetition: `repeats/search-1`. */
export const repetitionsFolder = "repeats";

/** Largest number of repetitions of a run. */
export const mostRepetitions = 1000;

/** Largest number of units in the last place by which a coordinate is moved. */
const farthest = 2;

/**
 * Moves each coordinate of a start by -2 to 2 units in its last place, at random. A coordinate of 0 stays.
 *
 * @param run name of the run
 * @param repetition number of the repetition, from 1
 */
export function movedStart(start: ArrayLike<number>, seed: number, run: string, repetition: number): Float64Array {
  const random = randomSource(seed, "repetition", run, repetition);
  return Float64Array.from(start, (z) => {
    const places = random.integer(2 * farthest + 1) - farthest;
    return z === 0 ? z : placesAbove(z, places);
  });
}

interface Repeated {
  readonly run: string;
  /** Number of repetitions. */
  readonly count: number;
  /** Function that gives the rows of a repetition, from 1. */
  readonly repeat: (repetition: number) => Observable<Row>;
  /** Tells whether a stop was asked for. */
  readonly stopped: () => boolean;
  /** Called with each row of each repetition. */
  readonly onRow?: (row: Row, repetition: number) => void;
  /** Called at the end of each repetition. */
  readonly onEnd: (repetition: number, end: ComparedEnd) => void;
  readonly onAgreement: (agreement: Agreement) => void;
}

/** Emits the rows of a run, then makes its repetitions, whose rows it does not emit, and completes. */
export function withRepetitions(rows: Observable<Row>, repeated: Repeated): Observable<Row> {
  const { run, count, repeat, stopped, onRow, onEnd, onAgreement } = repeated;
  return defer(() => {
    let first: Row | undefined;
    let last: Row | undefined;
    const others: Row[] = [];
    const ended = (row: Row | undefined): row is Row => row !== undefined && row.status !== "running";
    const one = (repetition: number): Observable<Row> =>
      stopped()
        ? EMPTY
        : repeat(repetition).pipe(
            tap((row) => onRow?.(row, repetition)),
            takeLast(1),
            tap((row) => {
              if (!ended(row)) return;
              others.push(row);
              onEnd(repetition, endOf(row));
            }),
          );
    return concat(
      rows.pipe(
        tap((row) => {
          first ??= row;
          last = row;
        }),
      ),
      defer(() => (ended(last) ? range(1, count).pipe(concatMap(one), ignoreElements()) : EMPTY)),
      defer(() => {
        if (ended(last) && others.length === count) onAgreement(agreementOf(run, first!, last, others));
        return EMPTY;
      }),
    );
  });
}

function agreementOf(run: string, first: Row, last: Row, others: readonly Row[]): Agreement {
  const own = endOf(last);
  const ends = others.map(endOf);
  const { morseIndex } = own;
  return {
    run,
    repetitions: others.length,
    sameVerdict: ends.filter(({ verdict }) => verdict === own.verdict).length,
    ...(morseIndex === undefined ? {} : { sameIndex: ends.filter((end) => end.morseIndex === morseIndex).length }),
    sameDigits: others.reduce((least, other) => Math.min(least, digitsShared(first, last, other)), mostDigits),
    ends: [own, ...ends],
  };
}

function endOf({ run, status, value, columns }: Row): ComparedEnd {
  const { end, morseIndex } = columns;
  const verdict = end === undefined ? undefined : run.columns.end?.values?.[end];
  return {
    verdict: verdict ?? status,
    ...(morseIndex === undefined ? {} : { morseIndex }),
    ...(Number.isNaN(value) ? {} : { value }),
  };
}

/** Writes an end for a line of text. */
export function endText({ verdict, morseIndex, value }: ComparedEnd): string {
  return [
    verdict,
    ...(morseIndex === undefined ? [] : [`index ${morseIndex}`]),
    ...(value === undefined ? [] : [`value ${value.toPrecision(12)}`]),
  ].join(", ");
}

/** Number of decimal digits that a float64 number has for sure. */
const mostDigits = 15;
/** Part of the value at the start that counts as the size of a smaller value: a loss near 0 has no digits of its own. */
const leastShare = 1e-6;

/** Counts the digits that two ends of a run share in the value or, without one, in the point. */
function digitsShared(first: Row, last: Row, other: Row): number {
  if (Number.isNaN(last.value) || Number.isNaN(other.value)) {
    if (last.point === undefined || other.point === undefined) return 0;
    return digitsOf(distance(last.point, other.point), Math.max(norm(last.point), norm(first.point ?? last.point)));
  }
  return digitsOf(
    Math.abs(last.value - other.value),
    Math.max(Math.abs(last.value), leastShare * Math.abs(first.value)),
  );
}

function digitsOf(difference: number, size: number): number {
  if (difference === 0) return mostDigits;
  let digits = 0;
  for (let relative = difference / size; digits < mostDigits && 10 * relative <= 1; digits++) relative *= 10;
  return digits;
}
