/** Columns that had other names in earlier versions. */

/** Present names by former names. */
const former: Readonly<Record<string, string>> = {
  squaredNorm: "squaredFieldNorm",
  dualGap: "mintyGap",
  dualGapSlack: "mintyGapSlack",
  averageDualGap: "averageMintyGap",
  averageDualGapSlack: "averageMintyGapSlack",
};

/**
 * Gives the present name of a column.
 *
 * Files that were written before a column was renamed are read under its present name. The former name still finds it.
 *
 * @example presentName("squaredNorm"); // "squaredFieldNorm"
 */
export function presentName(name: string): string {
  return Object.hasOwn(former, name) ? former[name]! : name;
}
