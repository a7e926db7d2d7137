/** Runs what is missing of a campaign by the engine that was chosen. */
import { type CampaignSpec, campaignId } from "./campaignSpec.ts";
import { type CampaignThread, workerName } from "./campaignThread.ts";
import type { CampaignEngine } from "./engines.ts";
import { runLocally, type ThreadPlace } from "./localEngine.ts";
import type { Work } from "./work.ts";

/** Options of {@link runEngine}. */
interface EngineRun {
  readonly work: Work;
  readonly directory: string;
  readonly spec: CampaignSpec;
  /** A thread that has come to the campaign; it is closed where the engine needs none. */
  readonly first: CampaignThread;
  /** Starts a further thread. */
  readonly start: () => CampaignThread;
  /** Aborted: no further search begins. */
  readonly signal: AbortSignal;
  /** Gets a line for the user now and then. */
  readonly tell: (line: string) => void;
}

/** Resolves when nothing is missing that could be done, or after a stop. @throws what the engine throws */
export async function runEngine(engine: CampaignEngine, run: EngineRun): Promise<void> {
  const { work, directory, spec, first, start, signal, tell } = run;
  if (engine.kind === "bullmq") {
    const runOnQueue = (await import("./bullmq/coordinator.ts")).runOnQueue;
    await first.close();
    const { queue, connection } = engine;
    await runOnQueue({ work, directory, spec, signal, tell, queue, connection });
    return;
  }
  const campaign = campaignId(spec);
  const assignment = () => ({ directory, worker: workerName(), campaign, keepEvery: spec.keepEvery, marked: true });
  let spare: CampaignThread | undefined = first;
  const take = (): CampaignThread => {
    const thread = spare ?? start();
    spare = undefined;
    return thread;
  };
  const places: ThreadPlace[] = Array.from({ length: Math.max(1, Math.min(engine.workers, work.wanted)) }, () => ({
    start: take,
    assignment,
  }));
  await runLocally({
    work,
    directory,
    places,
    signal,
    onDeath: (cause) => tell(`fluxion: a thread has died and another one begins: ${cause}`),
  });
}
