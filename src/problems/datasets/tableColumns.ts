/** Which columns of a table are labels, targets and features. */
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";

/** The columns of a data set, by their names. */
interface ChosenColumns {
  readonly label: string | undefined;
  readonly target: string | undefined;
  readonly features: readonly string[];
}

/**
 * Chooses the columns: the label is the one that is asked for, else "label" if there is one and no target.
 *
 * @throws ERR_OPTION_RANGE for a column that there is not; ERR_DATA_FILE if none is left for features
 */
export function chosenColumns(
  who: string,
  path: string,
  columns: readonly string[],
  wanted: { readonly label?: string | undefined; readonly target?: string | undefined },
): ChosenColumns {
  const { target } = wanted;
  const label = wanted.label ?? (target === undefined && columns.includes("label") ? "label" : undefined);
  for (const name of [label, target]) {
    if (name === undefined || columns.includes(name)) continue;
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected a column of ${path}, ${columns.join(", ")}, got "${name}".${didYouMean(name, columns)}`,
    );
  }
  const features = columns.filter((name) => name !== label && name !== target);
  if (features.length === 0)
    throw failure("ERR_DATA_FILE", `${who}: expected columns of features in ${path}, got none`);
  return { label, target, features };
}

/** Names the numbers of each row: those of a column of lists are counted from 1. */
export function featureNames(columns: readonly { readonly name: string; readonly width: number }[]): readonly string[] {
  return columns.flatMap(({ name, width }) =>
    width === 1 ? [name] : Array.from({ length: width }, (_, j) => `${name} ${j + 1}`),
  );
}
