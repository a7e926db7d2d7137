/** Events of a run: rows at which a rule, such as `stagnation`, found what it looks for. */
import { thing } from "../../arguments.ts";
import { checkOption } from "../../options.ts";
import { shortNumber } from "../../shortNumber.ts";
import type { Row, Run } from "../row.ts";

/** An event, with the numbers of its row. It is plain data. */
export interface RowEvent extends Pick<Row, "step" | "seconds" | "status" | "value" | "squaredFieldNorm"> {
  /**
   * `<run>/<rule>/<step>`: the same on the live run, in its file, on replays, and where a resumed run repeats the
   * step.
   */
  readonly id: string;
  /** Name of the run. */
  readonly run: string;
  /** Number of the attempt that wrote the row. */
  readonly attempt: number;
  /** Name of the rule. */
  readonly rule: string;
  /** What the rule measured: a number, or the word of a category. */
  readonly measured: number | string;
  /** What that number is. */
  readonly meaning: string;
}

const none: readonly RowEvent[] = [];
/** Names of the event columns of each run. */
const known = new WeakMap<Run, readonly string[]>();

/**
 * Gives the events of a row: one for each column with an `event` in which the row holds something.
 *
 * Cost: a look-up per row of a run without rules.
 *
 * @example
 * const watched = chain(untilStep(30), when((row) => row.squaredFieldNorm < 1), gradientStep(0.02));
 * for (const row of firstRows(quartic(), [1, 2], watched, 31))
 *   for (const event of eventsOf(row)) console.log(event.id);
 * // run/when/24
 */
export function eventsOf(row: Row): readonly RowEvent[] {
  checkRow(row);
  const names = eventColumns(row.run);
  if (names.length === 0) return none;
  const events: RowEvent[] = [];
  for (const name of names) {
    const found = row.columns[name];
    if (found === undefined) continue;
    const { run, step, seconds, status, value, squaredFieldNorm } = row;
    const { event, meaning, values } = run.columns[name]!;
    const measured = values?.[found] ?? found;
    const rule = event!;
    const id = `${run.name}/${rule}/${step}`;
    const where = { step, seconds, status, value, squaredFieldNorm };
    events.push({ id, run: run.name, attempt: run.attempt, rule, measured, meaning, ...where });
  }
  return events.length === 0 ? none : events;
}

/** Names of the columns that hold events of a run. */
export function eventColumns(run: Run): readonly string[] {
  let names = known.get(run);
  if (names === undefined) {
    names = Object.keys(run.columns).filter((name) => run.columns[name]!.event !== undefined);
    known.set(run, names);
  }
  return names;
}

/**
 * Says an event in one line, for a terminal or a message.
 *
 * @example
 * const watched = chain(untilStep(30), when((row) => row.squaredFieldNorm < 1), gradientStep(0.02));
 * for (const row of firstRows(quartic(), [1, 2], watched, 31))
 *   for (const event of eventsOf(row)) console.log(describeEvent(event));
 * // run: when at step 24 (the condition holds: 1)
 */
export function describeEvent(event: RowEvent): string {
  checkOption("describeEvent", "event", event, eventRule);
  const { run, rule, step, measured, meaning } = event;
  const shown = typeof measured === "number" ? shortNumber(measured) : measured;
  return `${run}: ${rule} at step ${step} (${meaning} ${shown})`;
}

function checkRow(row: Row): void {
  if (typeof row?.run?.columns !== "object" || typeof row.columns !== "object") {
    checkOption("eventsOf", "row", undefined, thing("a row, with run and columns", { run: "object" }));
  }
}

const eventRule = thing("an event, as eventsOf gives it", { run: "string", rule: "string", meaning: "string" });
