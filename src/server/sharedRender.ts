/** Encodes stretches of a run as messages, once for all viewers who want the same. */
import { endOfStream } from "../arrow/recordBatch.ts";
import type { Subscription } from "./messages.ts";
import { type Plan, planFor, renderThinned, renderWhole } from "./render.ts";
import type { Message, ServedRun, Stretch } from "./servedRun.ts";

/** Number of results that a run keeps for viewers who ask a little later. */
const keptMost = 16;

/** Makes the function that returns, for one subscription, the messages of a stretch, thinned to `points` if given. */
export function makeRenderer(
  run: ServedRun,
  wanted: Subscription,
): (stretch: Stretch, points: number | undefined) => Promise<readonly Message[]> {
  const plansBySchema = new Map<Uint8Array, Plan>();
  const planOf = (header: Uint8Array): Plan => {
    const plan = plansBySchema.get(header) ?? planFor(header, wanted.columns);
    plansBySchema.set(header, plan);
    return plan;
  };
  return (stretch, points) => {
    const plans = stretch.ranges.map(({ header }) => planOf(header));
    const cut = stretch.ranges.some(({ batches, fromStep }) => batches.some((batch) => batch.firstStep < fromStep));
    const key = [
      stretch.key,
      // A further attempt ends the steps of the one before earlier.
      stretch.ranges.map(({ upToStep }) => upToStep).join(),
      plans.map((plan) => plan.key).join("/"),
      wanted.framing,
      points === undefined ? "" : `${points} ${wanted.scale}`,
      cut ? wanted.fromStep : "",
    ].join("|");
    const known = run.rendered.get(key);
    if (known !== undefined) return known;
    const made = encodeStretch(stretch, plans, wanted, points);
    run.rendered.set(key, made);
    for (const old of run.rendered.keys()) {
      if (run.rendered.size <= keptMost) break;
      run.rendered.delete(old);
    }
    return made;
  };
}

async function encodeStretch(
  { ranges }: Stretch,
  plans: readonly Plan[],
  { framing, scale }: Subscription,
  points: number | undefined,
): Promise<readonly Message[]> {
  const rendered =
    points === undefined
      ? ranges.map((range, index) => renderWhole(range, plans[index]!))
      : await renderThinned(ranges, plans, { points, scale });
  return rendered.flatMap(({ header, batches, rows }) => {
    if (rows === 0) return [];
    const bytes = framing === "continuous" ? batches : Buffer.concat([header, batches, endOfStream]);
    return [{ header, rows, bytes }];
  });
}
