/** `fluxion query`: asks all runs a question in SQL. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { describeDamage } from "../../arrow/checks/damage.ts";
import { csvCell, csvText } from "../../arrow/csvCells.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import type { OutColumn } from "../convert/columns.ts";
import { writeNewFile } from "../convert/newFile.ts";
import { type RowChunk, rowChunks } from "../convert/rowChunks.ts";
import { entriesIn, runColumns } from "../finding/entries.ts";
import { note, say } from "../output/say.ts";
import { type Cell, tableLines } from "../output/table.ts";
import { type Answer, ask, loadDuckDB } from "../query/duckdb.ts";
import { mentions, rowColumns, runsView } from "../query/views.ts";
import { type FoundRun, readableRuns, runsIn } from "../runDirectories.ts";

type Format = "table" | "csv" | "jsonl";

const help = `
Views: runs (one row per run: the columns of fluxion list --runs, with the options of experiments and what was found),
iterates (every row of every run, attempts merged), ends (the last row of every run). They share the column directory.
Only one SELECT is taken, and DuckDB sees nothing but these views. Names that are not words stand in quotation marks.
It needs DuckDB's package: npm install @duckdb/node-api

Examples:
  fluxion query "select experiment, verdict, count(*) from runs group by all order by all"
  fluxion query "select seed, min(loss) from runs where experiment = 'dlae' group by seed" runs
  fluxion query "select run, step, value from iterates where value > 1e3 order by step limit 10" --format csv
  fluxion query "select r.seed, e.squaredFieldNorm from ends e join runs r using (directory)"`;

/** Adds the options of `fluxion query` and what it does. */
export function queryCommand(command: Command, exit: (code: number) => void): void {
  command
    .addOption(new Option("--format <format>", "output format").choices(["table", "csv", "jsonl"]).default("table"))
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action(async (sql: string, directory: string, { format }: { readonly format: Format }) =>
      exit(await query(sql, directory, format)),
    );
}

async function query(sql: string, directory: string, format: Format): Promise<number> {
  const duckdb = await loadDuckDB();
  const scratch = mkdtempSync(join(tmpdir(), "fluxion-query-"));
  const remove = (): void => rmSync(scratch, { recursive: true, force: true });
  const onSignal = (): void => {
    remove();
    process.exit(130);
  };
  process.once("SIGINT", onSignal);
  try {
    const { views, whole } = await writeViews(sql, directory, scratch);
    show(await ask(duckdb, scratch, views, sql), format);
    return whole ? 0 : 1;
  } finally {
    process.off("SIGINT", onSignal);
    remove();
  }
}

/** Writes the files of the views that the question names. */
async function writeViews(
  sql: string,
  directory: string,
  scratch: string,
): Promise<{ views: string[]; whole: boolean }> {
  const { toParquet } = await import("../convert/toParquet.ts");
  const views: string[] = [];
  let whole = true;
  const write = async (view: string, columns: readonly OutColumn[], chunks: Iterable<RowChunk>): Promise<void> => {
    views.push(view);
    await writeNewFile("query", join(scratch, `${view}.parquet`), false, (file) =>
      toParquet(file, columns, chunks, new Map()),
    );
  };
  if (mentions(sql, "runs")) {
    const { columns, chunks } = runsView(entriesIn(directory, true, "query"), runColumns);
    await write("runs", columns, chunks);
  }
  if (!mentions(sql, "iterates") && !mentions(sql, "ends")) return { views, whole };
  const found = runsIn(directory);
  const runs = readableRuns(found);
  whole = runs.length === found.length;
  const columns = rowColumns(runs, sql);
  const onDamage = (damage: Parameters<typeof describeDamage>[0]): void => {
    whole = false;
    note(`fluxion: ${describeDamage(damage)}`);
  };
  if (mentions(sql, "iterates")) await write("iterates", columns, rowChunks(runs, 65_536, onDamage));
  if (mentions(sql, "ends")) {
    // The last step of a run that has ended is known, and the batches before it are left unread.
    const lastSteps = new Map(runs.map(({ directory, file }) => [directory, file.attempts.at(-1)?.ended?.step ?? 0]));
    await write(
      "ends",
      columns,
      lastRows(runs, (run) => lastSteps.get(run.directory)!, onDamage),
    );
  }
  return { views, whole };
}

function* lastRows(
  runs: readonly FoundRun[],
  fromStep: (run: FoundRun) => number,
  onDamage: Parameters<typeof rowChunks>[2],
): Generator<RowChunk> {
  for (const run of runs) {
    let last: RowChunk | undefined;
    for (const chunk of rowChunks([run], 4096, onDamage, fromStep)) last = chunk;
    if (last !== undefined) yield { rows: last.rows.slice(-1), runs: last.runs.slice(-1) };
  }
}

function show({ names, rows }: Answer, format: Format): void {
  if (format === "jsonl") {
    for (const row of rows) say(stringify(Object.fromEntries(names.map((name, j) => [name, row[j] ?? null]))));
    return;
  }
  const cells = rows.map((row) => row.map(cellOf));
  if (format === "csv") {
    const lines = [names.map(csvText), ...cells.map((row) => row.map(csvCell))];
    process.stdout.write(lines.map((line) => `${line.join(",")}\n`).join(""));
    return;
  }
  if (rows.length === 0) note("no rows");
  else for (const line of tableLines(names, cells)) say(line);
}

/** DuckDB gives counts and numbers that are not finite as texts. */
function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "number") return value;
  if (typeof value !== "string") return JSON.stringify(value);
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
