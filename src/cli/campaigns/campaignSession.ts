/** Watches over a campaign from the process that divides its work: status, signals, summary. */
import { isFluxionError } from "../../errors.ts";
import type { Work } from "../../experiments/campaigns/work.ts";
import { note, say } from "../output/say.ts";
import { watchSignals } from "../signals.ts";
import { type CampaignStatus, rateOf, statusLine, summaryOfCampaign } from "./status.ts";
import { writeStatus } from "./statusPage.ts";

interface CampaignSessionOptions {
  readonly directory: string;
  readonly title: string;
  readonly work: Work;
  /** Name of the files of the status. */
  readonly status: string;
  /** Runs the campaign until nothing is missing, or the signal is aborted. */
  readonly run: (signal: AbortSignal, tell: (line: string) => void) => Promise<void>;
  /** Lines for somebody who wants to go on. */
  readonly next: (state: CampaignStatus["state"]) => readonly string[];
}

/** Milliseconds between looks at what the workers have written. */
const lookEvery = 1000;
/** Milliseconds between lines where the output is not a terminal, and between writings of the page. */
const lineEvery = 30_000;
const pageEvery = 5000;

/** Runs a campaign to its end. Returns the exit code: 0, 1 if searches are set aside, or that of a signal. */
export async function campaignSession(options: CampaignSessionOptions): Promise<number> {
  const { directory, title, work, run, next } = options;
  const abort = new AbortController();
  const terminal = process.stderr.isTTY === true;
  const rate = rateOf();
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write("\r\u001b[K");
    shown = false;
  };
  const tell = (line: string): void => {
    clear();
    note(line);
  };
  const statusNow = (state: CampaignStatus["state"]): CampaignStatus => ({
    ...work.snapshot(),
    title,
    state,
    at: new Date().toISOString(),
    wanted: work.wanted,
    doneOfWanted: work.doneOfWanted,
    rate: rate(work.tally.done.size, performance.now()),
    failures: work.failures,
    aside: work.aside,
  });
  let [lined, paged] = [performance.now(), Number.NEGATIVE_INFINITY];
  const look = (): void => {
    work.look();
    const now = performance.now();
    if (terminal || now - lined >= lineEvery || now - paged >= pageEvery) {
      const status = statusNow("running");
      if (terminal) {
        clear();
        process.stderr.write(statusLine(status).slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1)));
        shown = true;
      } else if (now - lined >= lineEvery) {
        lined = now;
        note(statusLine(status));
      }
      if (now - paged >= pageEvery) {
        paged = now;
        writeStatus(directory, options.status, status);
      }
    }
  };
  let failed: unknown;
  const timer = setInterval(() => {
    try {
      look();
    } catch (error) {
      failed ??= error;
      abort.abort();
    }
  }, lookEvery);
  const signals = watchSignals(() => {
    tell("stopping after the searches under way; press Ctrl-C again to quit at once");
    abort.abort();
  });
  let state: CampaignStatus["state"] = "failed";
  try {
    look();
    await run(abort.signal, tell);
    work.look();
    if (failed !== undefined) throw failed;
    state = abort.signal.aborted && work.doneOfWanted + work.aside.length < work.wanted ? "stopped" : "finished";
  } catch (error) {
    failed ??= error;
    throw error;
  } finally {
    clearInterval(timer);
    signals.close();
    clear();
    try {
      writeStatus(directory, options.status, statusNow(state));
    } catch (error) {
      // The first failure is the one to report.
      if (failed === undefined || !isFluxionError(error)) tell(String(error));
    }
  }
  const status = statusNow(state);
  for (const line of summaryOfCampaign(status)) say(line);
  say();
  for (const line of next(state)) say(line);
  if (state === "stopped") return signals.exitCode();
  return status.aside.length > 0 ? 1 : 0;
}
