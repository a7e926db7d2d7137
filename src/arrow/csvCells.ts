/** Cells of CSV (RFC 4180), as every writer of rows writes them. */

/** Writes a number with the fewest digits that read as the same float64, a text, or nothing. */
export function csvCell(value: number | string | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return csvText(value);
  // `String` writes -0 as 0.
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Quotes a text where RFC 4180 demands it, and the empty text, which otherwise reads as a missing value. */
export function csvText(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
