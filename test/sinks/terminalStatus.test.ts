import { concat, from, NEVER, type Observable, throwError } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { terminalStatus } from "../../src/sinks/terminalStatus.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";

/** What is written while a stream runs, until it ends or is left. */
function written(
  rows: Observable<Row>,
  terminal: { readonly isTTY?: boolean; readonly columns?: number } = {},
): string {
  let text = "";
  const stream = { ...terminal, write: (part: string) => (text += part) };
  rows
    .pipe(terminalStatus({ stream }))
    .subscribe({ error: () => undefined })
    .unsubscribe();
  return text;
}

const converged = (name: string, step: number): string =>
  `${name}: step ${step}  value ${(1 / (1 + step)).toPrecision(5)}  |F|^2 ${(1 / (1 + step) ** 2).toPrecision(5)}  0.0 s  converged\n`;

const sink = suite("terminalStatus");

sink("passes the very rows through", () => {
  const rows = makeRows(5);
  const passed: Row[] = [];
  from(rows)
    .pipe(terminalStatus({ stream: { write: () => true } }))
    .subscribe((row) => passed.push(row));
  assert.ok(passed.length === 5 && passed.every((row, i) => row === rows[i]));
});

sink("says each run's last row, without a terminal nothing else of a short run", () => {
  const runs = ["a", "b"].map((name) => from(makeRows(4, makeRun({ name }))));
  assert.is(written(concat(...runs)), converged("a", 3) + converged("b", 3));
});

sink("changes one line on a terminal, cut to its width, and leaves the last row", () => {
  const text = written(from(makeRows(4, makeRun({ name: "a" }))), { isTTY: true, columns: 12 });
  assert.is(text, `\r\x1b[Ka: step 0  \r\x1b[K${converged("a", 3)}`);
});

sink("says how far a run came that fails or is left", () => {
  const row = makeRow(makeRun({ name: "a" }), 0);
  const line = "a: step 0  value 1  |F|^2 1  0.0 s\n";
  assert.is(written(concat(from([row]), NEVER)), line);
  assert.is(
    written(
      concat(
        from([row]),
        throwError(() => new Error("broken")),
      ),
    ),
    line,
  );
});

sink.run();
