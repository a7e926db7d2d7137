/** Encodes stretches of a run as messages, once for all viewers who want the same. */
import { endOfStream } from "../arrow/recordBatch.ts";
import type { Subscription } from "./messages.ts";
import { type Plan, planFor, type Range, rangeKey, renderThinned, renderWhole } from "./render.ts";
import type { Message, ServedRun } from "./servedRun.ts";

/** Number of results that a run keeps for viewers who ask a little later. */
const keptMost = 16;
/** Number of bytes up to which a result is kept. */
const keptBytes = 2 ** 20;

/** All that decides which bytes are made. Key and content are both functions of it, so that equal keys mean equal bytes. */
interface Job {
  readonly ranges: readonly Range[];
  /** Plan of each range. */
  readonly plans: readonly Plan[];
  readonly framing: Subscription["framing"];
  readonly thinning: { readonly points: number; readonly scale: Subscription["scale"] } | undefined;
}

/** Makes the function that returns, for one subscription, the messages of some ranges, thinned to `points` if given. */
export function makeRenderer(
  run: ServedRun,
  { columns, framing, scale }: Subscription,
): (ranges: readonly Range[], points: number | undefined) => Promise<readonly Message[]> {
  const plansBySchema = new Map<Uint8Array, Plan>();
  const planOf = (header: Uint8Array): Plan => {
    const plan = plansBySchema.get(header) ?? planFor(header, columns);
    plansBySchema.set(header, plan);
    return plan;
  };
  return (ranges, points) => {
    const plans = ranges.map(({ header }) => planOf(header));
    const job: Job = { ranges, plans, framing, thinning: points === undefined ? undefined : { points, scale } };
    const key = keyOf(job);
    const known = run.rendered.get(key);
    if (known !== undefined) return known;
    const made = messagesOf(job);
    run.rendered.set(key, made);
    const forget = (): void => {
      if (run.rendered.get(key) === made) run.rendered.delete(key);
    };
    made.then((messages) => {
      if (messages.reduce((sum, { bytes }) => sum + bytes.length, 0) > keptBytes) forget();
    }, forget);
    for (const old of run.rendered.keys()) {
      if (run.rendered.size <= keptMost) break;
      run.rendered.delete(old);
    }
    return made;
  };
}

function keyOf({ ranges, plans, framing, thinning }: Job): string {
  const places = ranges.map((range, index) => `${rangeKey(range)} of ${plans[index]!.key}`);
  return [framing, thinning === undefined ? "whole" : `${thinning.points} ${thinning.scale}`, ...places].join("|");
}

async function messagesOf({ ranges, plans, framing, thinning }: Job): Promise<readonly Message[]> {
  const rendered =
    thinning === undefined
      ? ranges.map((range, index) => renderWhole(range, plans[index]!))
      : await renderThinned(ranges, plans, thinning);
  return rendered.flatMap(({ header, batches, rows }) => {
    if (rows === 0) return [];
    const bytes = framing === "continuous" ? batches : Buffer.concat([header, batches, endOfStream]);
    return [{ header, rows, bytes }];
  });
}
