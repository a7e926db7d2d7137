/** Tables for a terminal: numbers short and aligned right, words left. */

export type Cell = number | string | undefined;

/** A number with four digits, exponents where it is small or large; words as they are. */
export function cellText(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "string") return cell;
  if (Number.isInteger(cell) && Math.abs(cell) < 1e7) return String(cell);
  if (!Number.isFinite(cell)) return String(cell);
  const size = Math.abs(cell);
  if (size >= 1e5 || size < 1e-3) return cell.toExponential(2);
  return cell.toPrecision(5);
}

/** Lines of a table: a heading, then one line a row. Columns that are empty everywhere are left out. */
export function tableLines(headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const kept = headings.map((_, j) => j).filter((j) => rows.some((row) => row[j] !== undefined && row[j] !== ""));
  const texts = rows.map((row) => kept.map((j) => cellText(row[j])));
  const right = kept.map((j) => rows.every((row) => typeof row[j] !== "string"));
  const widths = kept.map((j, k) => Math.max(headings[j]!.length, ...texts.map((row) => row[k]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, k) => (right[k] ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)))
      .join("  ")
      .trimEnd();
  return [line(kept.map((j) => headings[j]!)), ...texts.map(line)];
}
