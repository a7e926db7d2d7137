/** Encodes stretches of a run as messages, once for all viewers who want the same. */
import { endOfStream } from "../../arrow/recordBatch.ts";
import type { Subscription } from "../messages.ts";
import type { Range } from "./chosenBatches.ts";
import { type Plan, planFor } from "./plan.ts";
import { type Rendered, rangeKey, renderThinned, renderWhole } from "./render.ts";

/** Rows in the form in which they go over a socket. */
export interface Message {
  readonly header: Uint8Array;
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** Messages that several viewers share. */
export interface SharedMessages {
  /** The messages; undefined: nobody wanted them any more before they were made. */
  readonly made: Promise<readonly Message[] | undefined>;
  /** One function per viewer that tells whether it still wants them. */
  readonly wanted: Set<() => boolean>;
}

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
  readonly thinning:
    | { readonly points: number; readonly pathPoints: number | undefined; readonly scale: Subscription["scale"] }
    | undefined;
}

/**
 * Makes the function that returns, for one subscription, the messages of some ranges, thinned to `points` if given.
 * Undefined: `wanted` said that nobody wants them.
 *
 * @param rendered messages sent last, by key
 */
export function makeRenderer(
  rendered: Map<string, SharedMessages>,
  { columns, framing, scale }: Subscription,
  wanted: () => boolean,
): (
  ranges: readonly Range[],
  points: number | undefined,
  pathPoints?: number,
) => Promise<readonly Message[] | undefined> {
  const plansBySchema = new Map<Uint8Array, Plan>();
  const planOf = (header: Uint8Array): Plan => {
    const plan = plansBySchema.get(header) ?? planFor(header, columns);
    plansBySchema.set(header, plan);
    return plan;
  };
  return (ranges, points, pathPoints) => {
    const plans = ranges.map(({ header }) => planOf(header));
    const job: Job = {
      ranges,
      plans,
      framing,
      thinning: points === undefined ? undefined : { points, pathPoints, scale },
    };
    const key = keyOf(job);
    const known = rendered.get(key);
    if (known !== undefined) {
      known.wanted.add(wanted);
      return known.made;
    }
    const wants = new Set([wanted]);
    const made = messagesOf(job, () => [...wants].some((wants) => wants()));
    const shared: SharedMessages = { made, wanted: wants };
    rendered.set(key, shared);
    const forget = (): void => {
      if (rendered.get(key) === shared) rendered.delete(key);
    };
    made.then((messages) => {
      wants.clear();
      const bytes = messages?.reduce((sum, message) => sum + message.bytes.length, 0) ?? Number.POSITIVE_INFINITY;
      if (bytes > keptBytes) forget();
    }, forget);
    for (const old of rendered.keys()) {
      if (rendered.size <= keptMost) break;
      rendered.delete(old);
    }
    return made;
  };
}

function keyOf({ ranges, plans, framing, thinning }: Job): string {
  const places = ranges.map((range, index) => `${rangeKey(range)} of ${plans[index]!.key}`);
  return [
    framing,
    thinning === undefined ? "whole" : `${thinning.points} ${thinning.pathPoints} ${thinning.scale}`,
    ...places,
  ].join("|");
}

async function messagesOf(job: Job, wanted: () => boolean): Promise<readonly Message[] | undefined> {
  const messages: Message[] = [];
  for await (const { header, batches, rows } of renderAll(job, wanted)) {
    if (rows === 0) continue;
    const bytes = job.framing === "continuous" ? batches : Buffer.concat([header, batches, endOfStream]);
    messages.push({ header, rows, bytes });
  }
  return wanted() ? messages : undefined;
}

/** Renders ranges piece by piece. It ends early once nobody wants them. */
async function* renderAll(
  { ranges, plans, thinning }: Pick<Job, "ranges" | "plans" | "thinning">,
  wanted: () => boolean,
): AsyncGenerator<Rendered> {
  if (thinning === undefined) for (const [index, range] of ranges.entries()) yield renderWhole(range, plans[index]!);
  else yield* renderThinned(ranges, plans, thinning, wanted);
}
