import { type AttemptFile, attemptFiles } from "./attemptFiles.ts";
import { openFile } from "./fileSource.ts";
import type { Run } from "./row.ts";
import { readRunFile } from "./runFile.ts";
import { RunReader } from "./runReader.ts";
import { fieldsOf, runSchema, schemaMessage } from "./schema.ts";

/**
 * Makes a function that finds a schema for a file whose own one is damaged: that of another attempt, or the one that
 * `run.json` describes, if it has the same columns.
 */
export function otherSchemas(file: AttemptFile): (fields: string) => Uint8Array | undefined {
  return (fields) => {
    const directory = file.path.replace(/[/\\]?[^/\\]*$/, "") || ".";
    for (const { run, pointsEvery } of candidates(directory, file.path)) {
      const schema = runSchema({ ...run, attempt: file.attempt }, pointsEvery);
      if (fieldsOf(schema) === fields) return schemaMessage(schema);
    }
    return undefined;
  };
}

/** The runs that a directory's other files describe, as far as these can be read. */
function* candidates(
  directory: string,
  except: string,
): Generator<{ readonly run: Run; readonly pointsEvery: number }> {
  for (const { path } of attempts(directory)) {
    if (path === except) continue;
    const source = openFile(path);
    try {
      const { run, decoder } = new RunReader(source.readAt, path, undefined, { strict: true });
      yield { run, pointsEvery: decoder.pointsEvery };
    } catch {
      // It is damaged as well, or empty.
    } finally {
      source.close();
    }
  }
  try {
    const { name, columns, settings, description } = readRunFile(directory);
    const run = { name, attempt: 1, columns, settings, ...(description === undefined ? {} : { description }) };
    yield { run, pointsEvery: 1 };
  } catch {
    // Then nothing describes the columns.
  }
}

function attempts(directory: string): readonly AttemptFile[] {
  try {
    return attemptFiles(directory);
  } catch {
    return [];
  }
}
