/** Columns that earlier versions called otherwise. */

const former: Readonly<Record<string, string>> = {
  squaredNorm: "squaredFieldNorm",
  dualGap: "mintyGap",
  dualGapSlack: "mintyGapSlack",
  averageDualGap: "averageMintyGap",
  averageDualGapSlack: "averageMintyGapSlack",
};

/**
 * The present name of a column: files written before a column was renamed are read under it, and its former name still finds it.
 *
 * @example presentName("squaredNorm"); // "squaredFieldNorm"
 */
export function presentName(name: string): string {
  return Object.hasOwn(former, name) ? former[name]! : name;
}
