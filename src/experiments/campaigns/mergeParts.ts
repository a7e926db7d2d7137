/** Puts the parts of a campaign together: each search once, whoever ran it, and however often. */
import { createHash } from "node:crypto";
import { DataType, type Table } from "apache-arrow";
import type { Damage } from "../../arrow/checks/damage.ts";
import { failure } from "../../errors.ts";
import type { EndCell } from "./endRecord.ts";
import { IndexBits } from "./indexSet.ts";
import { batchesOf, type EndBatch, partFiles } from "./partReader.ts";

/** What the parts of a campaign hold. */
export interface MergedParts {
  /** Searches that are there. */
  readonly there: IndexBits;
  /** Number of ends that were there before, bit for bit. */
  readonly repeats: number;
  readonly workers: ReadonlySet<string>;
  /** Columns of all parts, in the order in which they appear, and whether they are texts. */
  readonly columns: ReadonlyMap<string, "integer" | "number" | "text">;
  readonly parts: number;
  /** Parts that end within a batch, as a killed worker leaves them, and how much of it is there. */
  readonly torn: readonly { readonly path: string; readonly bytes: number }[];
  /** Yields the ends once more, each search once, by part. */
  readonly ends: () => Generator<{ readonly table: Table; readonly rows: readonly number[] }>;
}

/**
 * Reads all parts twice at most, a batch at a time. Of each search it keeps 14 bytes.
 *
 * @param directories directories with parts of the campaign
 * @param onDamage called with what is damaged, which is passed over
 * @throws ERR_CAMPAIGN_CONFLICT if two workers wrote different ends of a search; whatever `check` throws
 */
export function mergeParts(
  directories: readonly string[],
  count: number,
  check: (batch: EndBatch) => void,
  onDamage: (damage: Damage) => void,
): MergedParts {
  const there = new IndexBits(count);
  const hashes = new Float64Array(count);
  const writers = new Uint32Array(count);
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const columns = new Map<string, "integer" | "number" | "text">();
  const torn: { path: string; bytes: number }[] = [];
  let repeats = 0;
  const paths = directories.flatMap(partFiles);
  for (const path of paths) {
    const batches = batchesOf(path, onDamage);
    for (;;) {
      const next = batches.next();
      if (next.done === true) {
        if (next.value > 0) torn.push({ path, bytes: next.value });
        break;
      }
      check(next.value);
      const { table, worker } = next.value;
      let number = numbers.get(worker);
      if (number === undefined) {
        number = names.push(worker) - 1;
        numbers.set(worker, number);
      }
      for (const { name, type } of table.schema.fields) {
        const kind = DataType.isUtf8(type) ? "text" : DataType.isInt(type) ? "integer" : "number";
        if (!columns.has(name) || kind === "text") columns.set(name, kind);
      }
      const cells = cellsOf(table);
      for (let row = 0; row < table.numRows; row++) {
        const search = searchOf(table, row, count, path);
        const hash = hashOf(cells, row);
        if (there.add(search)) {
          hashes[search] = hash;
          writers[search] = number;
        } else if (hashes[search] === hash) repeats++;
        else throw conflict(search, names[writers[search]!]!, worker);
      }
    }
  }
  return {
    there,
    repeats,
    columns,
    workers: new Set(names),
    parts: paths.length,
    torn,
    *ends() {
      const taken = new IndexBits(count);
      for (const path of paths) {
        for (const { table } of batchesOf(path, () => {})) {
          const rows: number[] = [];
          for (let row = 0; row < table.numRows; row++) {
            if (taken.add(searchOf(table, row, count, path))) rows.push(row);
          }
          yield { table, rows };
        }
      }
    },
  };
}

type Column = { readonly name: string; readonly at: (row: number) => EndCell };

/** The cells of a batch by column, in the order of names; those that differ when a search is run again are left out. */
function cellsOf(table: Table): readonly Column[] {
  return table.schema.fields
    .filter(({ name }) => name !== "seconds")
    .map(({ name }) => {
      const column = table.getChild(name)!;
      return { name, at: (row: number) => (column.get(row) ?? undefined) as EndCell };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A hash of 48 bits of the bits of an end. A column that holds nothing counts as one that is not there. */
function hashOf(cells: readonly Column[], row: number): number {
  let text = "";
  for (const { name, at } of cells) {
    const cell = at(row);
    if (cell !== undefined) text += `${name}\u0000${Object.is(cell, -0) ? "-0" : cell}\u0001`;
  }
  return createHash("md5").update(text).digest().readUIntBE(0, 6);
}

function searchOf(table: Table, row: number, count: number, path: string): number {
  const search: unknown = table.getChild("search")?.get(row);
  if (typeof search === "number" && search >= 0 && search < count) return search;
  throw failure(
    "ERR_EXPERIMENT_DIRECTORY",
    `${path}: expected searches from 0 to ${count - 1}, got ${search}; it is not a part of this campaign`,
  );
}

function conflict(search: number, first: string, second: string): Error {
  return failure(
    "ERR_CAMPAIGN_CONFLICT",
    `search ${search} has two ends that differ: one of the worker ${first}, one of the worker ${second}. ` +
      "One of their machines computes wrongly, or the experiment is not a function of index, options and seed. " +
      "Move the parts of one of them elsewhere, and merge again",
  );
}
