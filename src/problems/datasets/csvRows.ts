/** Reads the cells of CSV (RFC 4180). */

/**
 * Divides a text into rows of cells, without the white space around them; empty lines are left out.
 *
 * A cell in quotation marks may hold commas, ends of lines, and marks as two. Lines end as on any system.
 *
 * @returns the rows, or the number of the row in which a quotation mark is not closed
 */
export function csvRows(text: string): readonly (readonly string[])[] | number {
  if (!text.includes('"')) {
    return text
      .split(/\r\n|\n|\r/)
      .filter((line) => line.trim() !== "")
      .map((line) => line.split(",").map((cell) => cell.trim()));
  }
  const rows: string[][] = [];
  let row: string[] = [];
  // Marks stand at the beginning of a cell, behind white space at most; elsewhere they are letters.
  const cell = /[^\S\r\n]*(?:"([^"]*(?:""[^"]*)*)"([^,\r\n]*)|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;
  for (let at = 0; at < text.length || row.length > 0; ) {
    cell.lastIndex = at;
    const [whole, quoted, rest = "", plain = "", end] = cell.exec(text)!;
    // A cell that begins with a mark and is read as a plain one has no second mark.
    if (quoted === undefined && plain.startsWith('"')) return rows.length;
    row.push((quoted === undefined ? plain : quoted.replaceAll('""', '"') + rest).trim());
    at += whole.length;
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "" || quoted !== undefined) rows.push(row);
    row = [];
  }
  return rows;
}

/** Decodes text in UTF-8, or in UTF-16 where its first bytes say so, as spreadsheets write it. */
export function decoded(bytes: Uint8Array): string {
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return new TextDecoder(isWide ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8").decode(bytes);
}
