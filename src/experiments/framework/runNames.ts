/** Names of an experiment's runs, which are those of their directories. */
import { groupBy, mergeMap, type Observable } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import { plainName } from "./plainName.ts";

/** The name of a run is that of its directory, so nothing in it may lead elsewhere. @throws ERR_EXPERIMENT */
export function checkName(name: string): void {
  if (!plainName.test(name)) {
    throw failure(
      "ERR_EXPERIMENT",
      `iterate: expected a name of letters, digits, ".", "_" and "-", got "${name}"; it names the run's directory`,
    );
  }
}

/** Takes the name of a run, which no other run of the experiment may have. @throws ERR_EXPERIMENT */
export function claim(names: Set<string>, name: string): void {
  checkName(name);
  if (names.has(name)) {
    throw failure(
      "ERR_EXPERIMENT",
      `iterate: expected a name of its own for each run, got "${name}" twice; pass { name } as the last argument`,
    );
  }
  names.add(name);
}

/** Records the rows of runs that an experiment made with `iterate` itself instead of `context.iterate`. */
export function keepOthers(
  record: (run: string) => (rows: Observable<Row>) => Observable<Row>,
  names: ReadonlySet<string>,
  thin: (rows: Observable<Row>) => Observable<Row>,
): (rows: Observable<Row>) => Observable<Row> {
  return (rows) =>
    rows.pipe(
      groupBy(nameOfRow),
      mergeMap((group) => {
        if (names.has(group.key)) return group;
        checkName(group.key);
        return group.pipe(thin, record(group.key));
      }),
    );
}

/** The name of a row's run. @throws ERR_EXPERIMENT for anything but a row */
function nameOfRow(row: Row): string {
  const name: unknown = (row as Partial<Row> | null | undefined)?.run?.name;
  if (typeof name === "string") return name;
  const got = typeof row === "object" ? JSON.stringify(row)?.slice(0, 80) : `${typeof row} ${String(row).slice(0, 80)}`;
  throw failure(
    "ERR_EXPERIMENT",
    `run: expected the Observable to emit rows, as context.iterate gives them, got ${got}`,
  );
}
