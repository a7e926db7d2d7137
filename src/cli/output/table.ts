/** Tables for a terminal: numbers are short and aligned right, words are aligned left. */
import { shortNumber } from "../../shortNumber.ts";
import { visible } from "../../visible.ts";

export type Cell = number | string | undefined;

export function cellText(cell: Cell): string {
  if (cell === undefined) return "";
  return typeof cell === "string" ? visible(cell).replace(/[\n\t]/g, " ") : shortNumber(cell);
}

/** The lines of a table: a heading, then one line per row. Columns that are empty everywhere are left out. */
export function tableLines(headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const kept = headings.map((_, j) => j).filter((j) => rows.some((row) => row[j] !== undefined && row[j] !== ""));
  const texts = rows.map((row) => kept.map((j) => cellText(row[j])));
  const right = kept.map((j) => rows.every((row) => typeof row[j] !== "string"));
  const widths = kept.map((j, k) => texts.reduce((width, row) => Math.max(width, row[k]!.length), headings[j]!.length));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, k) => (right[k] ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)))
      .join("  ")
      .trimEnd();
  return [line(kept.map((j) => headings[j]!)), ...texts.map(line)];
}
