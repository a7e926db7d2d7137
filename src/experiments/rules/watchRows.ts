import { Observable, type OperatorFunction, Subject } from "rxjs";
import type { Row, Run } from "../../arrow/row.ts";
import type { TypedRule } from "./ruleList.ts";

/** Options of {@link watchRows}. */
interface WatchOptions {
  /** Called at a run's first row with the rules that cannot say anything of it, since it lacks their columns. */
  readonly onSkipped?: (run: Run, rules: readonly TypedRule[]) => void;
  /** Whether columns of the same rules that a run has already are left out and made anew. Default false. */
  readonly anew?: boolean;
}

/**
 * Applies typed rules to the rows of one run, after its loop or on a replay. Rules whose columns the run lacks are left
 * out, since the runs of one experiment may differ.
 */
export function watchRows(rules: readonly TypedRule[], options: WatchOptions = {}): OperatorFunction<Row, Row> {
  if (rules.length === 0) return (rows) => rows;
  const { onSkipped, anew = false } = options;
  return (rows) =>
    new Observable((subscriber) => {
      let inner: Subject<Row> | undefined;
      const clear = anew ? withoutEvents(new Set(rules.map(({ name }) => name))) : (row: Row) => row;
      subscriber.add(
        rows.subscribe({
          next(row) {
            if (inner === undefined) {
              const known = row.run.columns;
              const lacks = (rule: TypedRule): boolean => rule.columns.some((name) => !Object.hasOwn(known, name));
              const skipped = rules.filter(lacks);
              if (skipped.length > 0) onSkipped?.(row.run, skipped);
              inner = new Subject<Row>();
              let watched: Observable<Row> = inner;
              for (const rule of rules) if (!lacks(rule)) watched = rule.operator(watched);
              subscriber.add(watched.subscribe(subscriber));
            }
            inner.next(clear(row));
          },
          error(error: unknown) {
            if (inner === undefined) subscriber.error(error);
            else inner.error(error);
          },
          complete() {
            if (inner === undefined) subscriber.complete();
            else inner.complete();
          },
        }),
      );
    });
}

/** Makes the function that takes the columns of events of these names out of rows. */
function withoutEvents(names: ReadonlySet<string>): (row: Row) => Row {
  const runs = new WeakMap<Run, { readonly run: Run; readonly gone: readonly string[] }>();
  const cleared = (run: Run): { readonly run: Run; readonly gone: readonly string[] } => {
    const gone = Object.keys(run.columns).filter((name) => names.has(run.columns[name]!.event ?? ""));
    const kept = Object.entries(run.columns).filter(([name]) => !gone.includes(name));
    return { run: gone.length === 0 ? run : { ...run, columns: Object.fromEntries(kept) }, gone };
  };
  return (row) => {
    let known = runs.get(row.run);
    if (known === undefined) {
      known = cleared(row.run);
      runs.set(row.run, known);
    }
    if (known.gone.length === 0) return row;
    const { gone, run } = known;
    const columns = Object.fromEntries(Object.entries(row.columns).filter(([name]) => !gone.includes(name)));
    return { ...row, run, columns };
  };
}
