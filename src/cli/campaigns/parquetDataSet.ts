/** Writes the ends of a campaign as a Parquet data set, by DuckDB. */
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { MergedParts } from "../../experiments/campaigns/mergeParts.ts";
import { literal, loadDuckDB } from "../query/duckdb.ts";

/** Folder of the data set in the directory of a campaign. */
export const dataSetFolder = "ends.parquet";

const types = { integer: "INTEGER", number: "DOUBLE", text: "VARCHAR" } as const;
const without = "Without it: fluxion merge --no-parquet checks the parts, which every reader of Arrow streams reads";

/**
 * Writes the folder, whose files hold the ends in the order of their searches, compressed by zstd. It appears when it is
 * complete, in place of an earlier one.
 *
 * @throws ERR_MODULE if DuckDB is not installed
 */
export async function writeDataSet(directory: string, { columns, ends }: MergedParts): Promise<string> {
  const { DuckDBInstance } = await loadDuckDB("merge", without);
  const target = join(directory, dataSetFolder);
  const beside = `${target}.${process.pid}.part`;
  rmSync(beside, { recursive: true, force: true });
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    const names = sqlNames([...columns.keys()]);
    const kinds = [...columns];
    const declared = kinds.map(([, kind], i) => `${identifier(names[i]!)} ${types[kind]}`);
    await connection.run(`CREATE TABLE ends (${declared.join(", ")})`);
    const appender = await connection.createAppender("ends");
    for (const { table, rows } of ends()) {
      const vectors = kinds.map(([name]) => table.getChild(name));
      for (const row of rows) {
        for (const [i, [, kind]] of kinds.entries()) {
          const cell: unknown = vectors[i]?.get(row) ?? null;
          if (cell === null) appender.appendNull();
          else if (kind === "text") appender.appendVarchar(String(cell));
          else if (kind === "integer") appender.appendInteger(Number(cell));
          else appender.appendDouble(Number(cell));
        }
        appender.endRow();
      }
      appender.flushSync();
    }
    appender.closeSync();
    await connection.run(
      `COPY (SELECT * FROM ends ORDER BY search) TO ${literal(beside)} ` +
        "(FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT true)",
    );
    rmSync(target, { recursive: true, force: true });
    renameSync(beside, target);
    return target;
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(beside, { recursive: true, force: true });
  }
}

/** SQL does not tell `R` from `r`: of columns that differ in case only, the later ones get a number. */
function sqlNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name} ${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
