/** Groups the searches of `dlae-sampling` by how their starts were drawn. */
import { described, type FigureSource } from "./figure.ts";
import { type GroundTruth, groundTruth } from "./groundTruth.ts";
import { endsOf } from "./runs.ts";

interface SamplingGroup {
  /** Scheme by which the starts were drawn: `height` or `iteration`. */
  readonly scheme: string;
  /** Variance of the noise that was added to the starts. */
  readonly variance: number;
  /** Number of searches, whether or not they ended at a critical point. */
  readonly searches: number;
  /** Eigenvectors that each critical end recovers, one list per critical end. */
  readonly sets: readonly (readonly number[])[];
}

/**
 * Makes the groups, ordered by scheme and then by variance; undefined if no run records how its start was drawn, or if the critical
 * points of the problem are unknown.
 */
export async function samplingGroups(
  source: FigureSource,
): Promise<{ readonly groups: readonly SamplingGroup[]; readonly truth: GroundTruth } | undefined> {
  const groups = new Map<string, { scheme: string; variance: number; searches: number; sets: (readonly number[])[] }>();
  let truth: GroundTruth | undefined;
  for (const { run, last, outcome } of await endsOf(source)) {
    const scheme = described(run, "start", "scheme");
    const variance = described(run, "start", "variance");
    if (typeof scheme !== "string" || typeof variance !== "number") continue;
    truth ??= groundTruth(run);
    if (truth === undefined) return undefined;
    const key = `${scheme} ${variance}`;
    const group = groups.get(key) ?? { scheme, variance, searches: 0, sets: [] };
    groups.set(key, group);
    group.searches++;
    if (outcome === "critical point" && last.point !== undefined) {
      group.sets.push(truth.classes.match(last.point).class.directions);
    }
  }
  // Several threads make runs in an order of their own, so the order of the runs says nothing.
  const inOrder = [...groups.values()].sort(
    (a, b) => (a.scheme < b.scheme ? -1 : a.scheme > b.scheme ? 1 : 0) || a.variance - b.variance,
  );
  return truth === undefined ? undefined : { groups: inOrder, truth };
}
