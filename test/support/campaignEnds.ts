import { mergeParts } from "../../src/experiments/campaigns/mergeParts.ts";

/** The ends of a campaign by search, without the time that they took. @param onDamage gets what a kill has left */
export function campaignEnds(
  directory: string,
  count: number,
  onDamage = (_: string): void => {},
): Map<number, string> {
  const found = new Map<number, string>();
  const merged = mergeParts(
    [directory],
    count,
    () => {},
    ({ why }) => onDamage(why),
  );
  for (const { table, rows } of merged.ends()) {
    for (const row of rows) {
      const cells: [string, string][] = [];
      for (const { name } of table.schema.fields) {
        const cell: unknown = table.getChild(name)!.get(row);
        if (cell !== null && name !== "seconds") cells.push([name, Object.is(cell, -0) ? "-0" : String(cell)]);
      }
      const search = table.getChild("search")!.get(row) as number;
      found.set(search, JSON.stringify(cells.sort(([a], [b]) => (a < b ? -1 : 1))));
    }
  }
  return found;
}
