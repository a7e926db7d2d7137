/** `fluxion convert`: writes the rows of runs as one Arrow, Parquet or CSV file. */
import { extname } from "node:path";
import { type Command, Option } from "commander";
import { describeDamage } from "../../arrow/checks/damage.ts";
import { runToJson } from "../../arrow/runMetadata.ts";
import { failure } from "../../errors.ts";
import { chosenColumns, outColumns } from "../convert/columns.ts";
import { type NewFile, writeNewFile } from "../convert/newFile.ts";
import { type RowChunk, rowChunks } from "../convert/rowChunks.ts";
import { chosenRuns } from "../finding/chosenRuns.ts";
import { note, say } from "../output/say.ts";
import { readableRuns } from "../runDirectories.ts";

const formats = ["arrow", "parquet", "csv"] as const;
type Format = (typeof formats)[number];

interface Flags {
  readonly output: string;
  readonly format?: Format;
  readonly run?: string;
  readonly columns?: string;
  readonly overwrite?: boolean;
}

const help = `
The attempts of a resumed run are merged as every reader does it: the newest attempt wins, from its first step on. The
file appears when it is complete. Damaged parts are passed over; a line on standard error says which, and the exit code
is 1.

  .arrow    Arrow file with random access (Feather V2): pandas, Polars, DuckDB, R
  .parquet  Parquet, compressed by Snappy
  .csv      numbers with the fewest digits that give the same float64; vectors and points as JSON

Examples:
  fluxion convert runs/dlae-1 -o dlae.parquet
  fluxion convert runs/dlae-1 --run search-03 -o search-03.arrow
  fluxion convert runs/mine-1 -o loss.csv --columns run,step,value`;

/** Adds the options of `fluxion convert` and what it does. */
export function convertCommand(command: Command, exit: (code: number) => void): void {
  command
    .requiredOption("-o, --output <file>", "file to write: .arrow, .parquet or .csv")
    .addOption(new Option("--format <format>", "format (default: by the name of the file)").choices(formats))
    .option("--run <name>", "name of the one run to convert (default: all runs, told apart by the column run)")
    .option("--columns <names>", "columns to write, separated by commas (default: all)")
    .option("--overwrite", "replace a file that exists")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action(async (directory: string, flags: Flags) => exit(await convert(directory, flags)));
}

async function convert(directory: string, flags: Flags): Promise<number> {
  const { output, overwrite = false } = flags;
  const format = flags.format ?? formatOf(output);
  const chosen = chosenRuns(directory, flags.run);
  const runs = readableRuns(chosen);
  const columns = chosenColumns(outColumns(runs.map(({ file }) => file)), flags.columns);
  const [only] = runs;
  const metadata = new Map<string, string>();
  if (only !== undefined && runs.length === 1) {
    const { name, columns: own, settings, description, attempts } = only.file;
    const about = description === undefined ? {} : { description };
    metadata.set("fluxion.run", runToJson({ name, attempt: attempts.length, columns: own, settings, ...about }));
  }
  let whole = runs.length === chosen.length;
  let rows = 0;
  const chunks = function* (): Generator<RowChunk> {
    for (const chunk of rowChunks(runs, 65_536, (damage) => {
      whole = false;
      note(`fluxion: ${describeDamage(damage)}`);
    })) {
      rows += chunk.rows.length;
      yield chunk;
    }
  };
  const fill = async (file: NewFile): Promise<void> => {
    if (format === "arrow") await (await import("../convert/toArrow.ts")).toArrow(file, columns, chunks(), metadata);
    else if (format === "parquet")
      (await import("../convert/toParquet.ts")).toParquet(file, columns, chunks(), metadata);
    else (await import("../convert/toCsv.ts")).toCsv(file, columns, chunks());
  };
  await writeNewFile("convert", output, overwrite, fill);
  say(`${rows} rows of ${runs.length} ${runs.length === 1 ? "run" : "runs"}: ${output}`);
  return whole ? 0 : 1;
}

function formatOf(output: string): Format {
  const ending = extname(output).slice(1).toLowerCase();
  const known: Readonly<Record<string, Format>> = {
    arrow: "arrow",
    feather: "arrow",
    parquet: "parquet",
    pq: "parquet",
    csv: "csv",
  };
  const format = Object.hasOwn(known, ending) ? known[ending] : undefined;
  if (format !== undefined) return format;
  throw failure(
    "ERR_COMMAND_LINE",
    `--output: expected a name that ends in .arrow, .parquet or .csv, got "${output}"; or say --format`,
  );
}
