/** Answers a question in SQL by DuckDB, over Parquet files of a directory and nothing else. */
import { join } from "node:path";
import { failure } from "../../errors.ts";

type DuckDB = typeof import("@duckdb/node-api");

/** An answer: the names of its columns, and its rows. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

const withoutDuckDB =
  "Without it: fluxion list --runs --filter, or fluxion convert to Parquet for a DuckDB of your own";

/** Loads DuckDB. @throws ERR_MODULE that says how to install it */
export async function loadDuckDB(who = "query", without = withoutDuckDB): Promise<DuckDB> {
  try {
    return await import("@duckdb/node-api");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") {
      throw failure("ERR_MODULE", `${who}: DuckDB cannot be loaded: ${(error as Error).message}`, { cause: error });
    }
    throw failure(
      "ERR_MODULE",
      `${who}: this needs DuckDB, which is not installed: npm install @duckdb/node-api (70 MB). ${without}`,
      { cause: error },
    );
  }
}

/**
 * Answers one SELECT over views of Parquet files. DuckDB sees the files of `directory` only, installs and loads no
 * extension, and can be told nothing else by the question.
 *
 * @param views names of views; each has its file, `<name>.parquet`
 * @throws ERR_COMMAND_LINE for anything but one SELECT, and with DuckDB's message for SQL that it refuses
 */
export async function ask(duckdb: DuckDB, directory: string, views: readonly string[], sql: string): Promise<Answer> {
  if (sql.trim() === "") throw failure("ERR_COMMAND_LINE", "query: expected one statement, got none");
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: directory,
  });
  const connection = await instance.connect();
  try {
    await connection.run(`SET allowed_directories = [${literal(directory)}]`);
    await connection.run("SET enable_external_access = false");
    for (const view of views) {
      await connection.run(
        `CREATE VIEW ${view} AS SELECT * FROM read_parquet(${literal(join(directory, `${view}.parquet`))})`,
      );
    }
    await connection.run("SET lock_configuration = true");
    try {
      const statements = await connection.extractStatements(sql);
      if (statements.count !== 1) {
        throw failure("ERR_COMMAND_LINE", `query: expected one statement, got ${statements.count}`);
      }
      const prepared = await statements.prepare(0);
      const { SELECT, EXPLAIN } = duckdb.StatementType;
      if (prepared.statementType !== SELECT && prepared.statementType !== EXPLAIN) {
        const kind = duckdb.StatementType[prepared.statementType];
        throw failure("ERR_COMMAND_LINE", `query: expected a SELECT, since runs are only read, got ${kind}`);
      }
      const reader = await prepared.runAndReadAll();
      return { names: reader.deduplicatedColumnNames(), rows: reader.getRowsJson() };
    } catch (error) {
      if ((error as { code?: string }).code === "ERR_COMMAND_LINE") throw error;
      throw failure("ERR_COMMAND_LINE", `query: ${(error as Error).message.trim()}`, { cause: error });
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A text as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
