/** What the terminal and the page of a campaign show. */
import type { Share, TallySnapshot } from "../../experiments/campaigns/tally.ts";
import type { SetAside } from "../../experiments/campaigns/work.ts";
import { shortNumber } from "../../shortNumber.ts";

/** A campaign at a moment. */
export interface CampaignStatus extends TallySnapshot {
  readonly title: string;
  readonly state: "running" | "finished" | "stopped" | "failed";
  readonly at: string;
  /** Number of searches that this process has to see done, and how many of them are. */
  readonly wanted: number;
  readonly doneOfWanted: number;
  /** Searches per second, over the last half minute. */
  readonly rate: number;
  readonly failures: number;
  readonly aside: readonly SetAside[];
}

/** Measures the rate over the last half minute. */
export function rateOf(windowSeconds = 30): (done: number, now: number) => number {
  const seen: { readonly done: number; readonly now: number }[] = [];
  return (done, now) => {
    seen.push({ done, now });
    while (seen.length > 2 && now - seen[1]!.now > windowSeconds * 1000) seen.shift();
    const first = seen[0]!;
    return now === first.now ? 0 : (done - first.done) / ((now - first.now) / 1000);
  };
}

/** Seconds that are left at the present rate; undefined if nothing can be said. */
export function secondsLeft({ wanted, doneOfWanted, rate, aside }: CampaignStatus): number | undefined {
  const left = wanted - doneOfWanted - aside.length;
  return rate > 0 ? left / rate : undefined;
}

/** Seconds in words: `48 s`, `12 min`, `3.2 h`, `4 d`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** One line for the terminal. */
export function statusLine(status: CampaignStatus): string {
  const { doneOfWanted, wanted, rate, outcomes, classes, failures } = status;
  const left = secondsLeft(status);
  const parts = [`${doneOfWanted} of ${wanted}`, `${shortNumber(rate)} per s`];
  if (left !== undefined) parts.push(`${duration(left)} left`);
  for (const share of outcomes.slice(0, 2)) parts.push(`${share.name} ${percent(share)}`);
  if (classes !== undefined) parts.push(`${classes.found} classes`);
  if (failures > 0) parts.push(`${failures} failed`);
  return parts.join(", ");
}

/** `61 % (58 to 64)`: a share with its interval of 95 %. */
export function percent({ value, low, high }: Pick<Share, "value" | "low" | "high">): string {
  const digits = high - low < 0.01 ? 2 : high - low < 0.1 ? 1 : 0;
  const text = (share: number): string => (100 * share).toFixed(digits);
  return `${text(value)} % (${text(low)} to ${text(high)})`;
}

/** The lines that are printed at the end. */
export function summaryOfCampaign(status: CampaignStatus): string[] {
  const { outcomes, indices, classes, done, aside, repeats } = status;
  const lines = [`${done} searches have ended`];
  for (const share of outcomes) lines.push(`  ${share.name}: ${share.runs}, ${percent(share)}`);
  if (indices.length > 0) {
    lines.push("Morse index:");
    for (const share of indices.slice(0, mostLines)) lines.push(`  ${share.name}: ${share.runs}, ${percent(share)}`);
    if (indices.length > mostLines) lines.push(`  and ${indices.length - mostLines} more`);
  }
  if (classes !== undefined) {
    lines.push(
      `${classes.found} classes in ${classes.ends} ends; the next end is of a new class with probability ` +
        `${shortNumber(classes.unseen)} (Good and Turing)`,
    );
  }
  if (repeats > 0) lines.push(`${repeats} searches were run again by another worker; the merge compares their bits`);
  for (const { search, cause, workers } of aside.slice(0, mostLines)) {
    lines.push(`search ${search} is set aside, since it failed on ${workers.join(", ")}: ${cause}`);
  }
  if (aside.length > mostLines) lines.push(`and ${aside.length - mostLines} more are set aside`);
  return lines;
}

const mostLines = 20;
