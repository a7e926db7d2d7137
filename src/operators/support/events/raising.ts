/** What the rules share: an event is raised where a condition begins to hold, and again only after it has ceased to. */
import {
  type Column,
  defineRowMeasure,
  failure,
  type OptionRule,
  type Row,
  type RowMeasure,
  type Status,
} from "../../../authoring/index.ts";

/** Options that every rule has. */
export interface RaisingOptions {
  /**
   * Name of the event: a letter, then letters and digits, 40 at most. Its column is `<name>Event`. Two rules of one run
   * need two names. Default: the name of the rule.
   */
  readonly name?: string;
}

/** Rule of {@link RaisingOptions}. */
export const nameRule = {
  expected: "a letter, then letters and digits, 40 at most",
  is: (name: unknown) => typeof name === "string" && /^[A-Za-z][A-Za-z0-9]{0,39}$/.test(name),
  range: true,
} as const satisfies OptionRule;

/** Rule of the option that names what a rule watches. */
export const watchedRule = {
  expected: "the name of a column, or of a number that every row has",
  is: (name: unknown) => typeof name === "string" && name !== "",
} as const satisfies OptionRule;

interface RaisingSpec<Memory> {
  readonly name: string;
  /** What the number is that the event shows. */
  readonly meaning: string;
  readonly unit?: string;
  /** Words for the number, if it is an index. */
  readonly values?: readonly string[];
  readonly init: (first: Row) => Memory;
  /**
   * The number to show where the condition holds, false where it does not, undefined at a row that says nothing. It may
   * overwrite the memory.
   */
  readonly test: (row: Row, memory: Memory) => number | false | undefined;
  /** Status of the row at which the event is raised. Default: it stays. */
  readonly status?: Status | undefined;
}

/** Makes a rule. */
export function raising<Memory>(spec: RaisingSpec<Memory>): RowMeasure {
  const { name, meaning, unit, values, init, test, status } = spec;
  const column = `${name}Event`;
  const declared: Column = {
    meaning,
    event: name,
    ...(unit === undefined ? {} : { unit }),
    ...(values === undefined ? {} : { kind: "category", values }),
  };
  const columns: Readonly<Record<string, Column>> = { [column]: declared };
  return defineRowMeasure({
    name,
    columns,
    // A restart of the method is a part of the run that is watched.
    init: (first, previous?: { holds: boolean; readonly memory: Memory }) =>
      previous ?? { holds: false, memory: init(first) },
    step(row, state) {
      const found = test(row, state.memory);
      if (found === undefined) return;
      const begins = found !== false && !state.holds;
      state.holds = found !== false;
      if (!begins) return;
      const changed = status === undefined || row.status !== "running" ? {} : { status };
      return { columns: { [column]: found as number }, ...changed };
    },
  });
}

const fields = ["step", "seconds", "evaluations", "products", "value", "squaredFieldNorm", "stepSize"] as const;

/**
 * The number that a rule watches: one that every row has, or a column of the operators.
 *
 * @throws ERR_OPTION_RANGE for a column that the run does not have
 */
export function watched(who: string, of: string, row: Row): number | undefined {
  const field = fields.find((name) => name === of);
  if (field !== undefined) return row[field];
  if (!Object.hasOwn(row.run.columns, of) || row.run.columns[of]!.kind === "vector") {
    const own = Object.entries(row.run.columns).filter(([, { kind }]) => kind !== "vector");
    const names = [...fields, ...own.map(([name]) => name)].join(", ");
    throw failure("ERR_OPTION_RANGE", `${who}: expected a column of the run, got "${of}"; it has ${names}`);
  }
  return row.columns[of];
}
