/** Says in words how far the reading of a long history is. */
import { formatCount } from "./format.ts";
import type { RunData } from "./runData.ts";

/** Says how much of a history has been read. @param isShown whether there is a picture from a sample of it already */
export function howRead({ read, of, unit }: NonNullable<RunData["reading"]>, isShown: boolean): string {
  if (unit === "bytes") return `reading: ${formatCount(Math.floor((100 * read) / of))} % of the file looked through`;
  if (!isShown) return `reading ${formatCount(of)} rows …`;
  return `reading, the newest rows first: ${formatCount(read)} of ${formatCount(of)}; until then a sample stands for the others`;
}

/** What stands in the place of a chart without rows. */
export function whyEmpty(data: readonly RunData[]): string {
  const waiting = data.find(({ length, reading }) => length === 0 && reading !== undefined);
  return waiting?.reading === undefined ? "no rows yet" : howRead(waiting.reading, false);
}
