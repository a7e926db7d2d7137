/** The threads of an experiment: a leader, and helpers for as long as a campaign lasts. */
import type { FromWorker, StartOrder, ToWorker, WorkerData } from "./protocol.ts";
import { type SearchThread, startSearchThread } from "./searchThread.ts";

/**
 * Starts the leader. Its messages are those of {@link startSearchThread}, whichever thread does the work.
 *
 * @param portable whether all threads compute portably, whatever `FLUXION_EXECUTOR` says; default: what it says
 */
export function startSearchTeam(experiment: WorkerData["experiment"], portable?: boolean): SearchThread {
  const stop = new SharedArrayBuffer(4);
  const leader = startSearchThread(experiment, { stop, portable });
  const listeners = new Set<(message: FromWorker) => void>();
  const helpers = new Set<SearchThread>();
  /** Settles when each helper has ended. */
  const atWork = new Set<Promise<void>>();
  /** The thread of each run, to which commands for that run go. */
  const homes = new Map<string, SearchThread>();
  let order: StartOrder | undefined;
  let failHelpers: (error: unknown) => void = () => {};
  const helpersFailed = new Promise<never>((_, reject) => {
    failHelpers = reject;
  });
  // `next` waits for this together with the leader's messages. If nobody waits, it is not an unhandled rejection.
  helpersFailed.catch(() => {});

  const tell = (message: FromWorker): void => {
    for (const listener of listeners) listener(message);
  };
  const addHelper = (campaign: number, claims: SharedArrayBuffer): void => {
    const helper = startSearchThread(experiment, { stop, portable });
    helpers.add(helper);
    helper.onMessage((message) => {
      if (message.kind === "searched") leader.post(message);
      if (message.kind === "opened") homes.set(message.run.name, helper);
      if (
        message.kind === "opened" ||
        message.kind === "batch" ||
        message.kind === "closed" ||
        message.kind === "event" ||
        message.kind === "reply"
      ) {
        tell(message);
      }
    });
    const work = helper
      .next("described")
      .then(() => {
        helper.post({ kind: "start", order: { ...order!, resume: true, share: { number: campaign, claims } } });
        return helper.next("done");
      })
      .then(() => {
        helpers.delete(helper);
        return helper.close();
      })
      .catch((error: unknown) => {
        // A thread that was closed ends here too, but then nobody waits for it.
        if (helpers.has(helper)) failHelpers(error);
      });
    atWork.add(work);
  };
  leader.onMessage((message) => {
    if (message.kind === "opened") homes.set(message.run.name, leader);
    if (message.kind === "campaign") {
      const { campaign, count, claims } = message;
      for (let k = 1; k < Math.min(order!.workers, count); k++) addHelper(campaign, claims);
    } else tell(message);
  });

  return {
    post(message: ToWorker) {
      if (message.kind === "start") order = message.order;
      if (message.kind === "command") (homes.get(message.run) ?? leader).post(message);
      else leader.post(message);
    },
    stop(late) {
      leader.stop(late);
      for (const helper of helpers) helper.stop();
    },
    next: (...kinds) => {
      const message = leader.next(...kinds).then(async (found) => {
        const { kind, stopped } = found as { readonly kind: FromWorker["kind"]; readonly stopped?: boolean };
        // The helpers save their checkpoints too.
        if (kind === "done" && stopped === true) await Promise.all(atWork);
        return found;
      });
      return Promise.race([message, helpersFailed]);
    },
    onMessage: (listener) => void listeners.add(listener),
    async close() {
      const all = [leader, ...helpers];
      helpers.clear();
      await Promise.all(all.map((thread) => thread.close()));
    },
  };
}
