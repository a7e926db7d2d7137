/** The columns by which runs of a comparison say how its arms do. */

/** Column of an arm. */
export const columnOf = (arm: string, what: ArmColumn): string => `${arm}.${what}`;

/** What is measured of each arm, with the meaning of the column. */
const armColumns = {
  loss: "training loss",
  validation: "score on the validation rows, smaller is better",
  test: "score on the test rows, smaller is better",
  shared: "the same score on those test rows that all arms have, if the arm has more",
  moves: "largest change of an output on the test rows since the start",
  reached: "smallest training loss up to the last update at this rate",
  updatesToLoss: "updates until the stated training loss, in the last row of a rate",
  stated: "training loss that all arms are to reach",
  rank: "rank of the training rows",
  whiteningRank: "smallest rank of the rows by which a whitening is computed",
  independent: "share of the whitenings whose rows are linearly independent",
  seconds: "seconds to whiten the data and decompose them",
} as const;
export type ArmColumn = keyof typeof armColumns;

/** The columns of some arms, beside those of the rate and of the number of updates. */
export function columnsOf(arms: readonly string[], rate: string): Record<string, { readonly meaning: string }> {
  const columns: Record<string, { readonly meaning: string }> = {
    rate: { meaning: rate },
    updates: { meaning: "updates at this rate" },
  };
  for (const arm of arms) {
    for (const [what, meaning] of Object.entries(armColumns)) {
      columns[columnOf(arm, what as ArmColumn)] = { meaning: `${arm}: ${meaning}` };
    }
  }
  return columns;
}
