/** The thread that runs searches of a campaign and writes their ends, so that its main thread stays free. */
import { parentPort, workerData } from "node:worker_threads";
import { isFluxionError } from "../../errors.ts";
import { loadExperiment } from "../threads/loadModule.ts";
import type { PlainError } from "../threads/protocol.ts";
import { executorFingerprint } from "./fingerprint.ts";
import { indicesOf, parseIndices } from "./indexSet.ts";
import type { CampaignThreadData, FailedSearch, FromCampaignThread, ToCampaignThread } from "./messages.ts";
import { PartWriter } from "./partWriter.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { Mark } from "./underWay.ts";

const port = parentPort;
if (port === null) throw new Error("internal: thread.ts is started by fluxion campaign");
const data = workerData as CampaignThreadData;
const stopFlag = new Int32Array(data.stop);

function post(message: FromCampaignThread): void {
  port!.postMessage(message);
}

function plain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = isFluxionError(error) ? error.code : (error as NodeJS.ErrnoException).code;
  return {
    message: error.message === "" ? error.name : error.message,
    stack: error.stack ?? "",
    ...(code === undefined ? {} : { code }),
  };
}

const fail = (error: unknown): void => post({ kind: "failed", error: plain(error) });

/** Most characters of a cause that are kept. */
const longestCause = 500;

/** Runs searches one after the other, then writes their ends as one batch. */
async function work(prepared: Prepared, parts: PartWriter, mark: Mark | undefined, text: string): Promise<void> {
  const began = performance.now();
  const failed: FailedSearch[] = [];
  let runs = 0;
  let stopped = false;
  for (const search of indicesOf(parseIndices(text, "campaign"), prepared.count)) {
    stopped = Atomics.load(stopFlag, 0) !== 0;
    if (stopped) break;
    mark?.set(search);
    try {
      const end = await prepared.run(search);
      if (end === undefined) {
        stopped = true;
        break;
      }
      parts.add(end);
      runs++;
    } catch (error) {
      const { message, code } = plain(error);
      failed.push({ search, cause: `${code === undefined ? "" : `${code}: `}${message}`.slice(0, longestCause) });
    }
  }
  mark?.set(undefined);
  // Rows first: whoever hears that the searches are done finds their ends in the file.
  parts.flush();
  post({ kind: "worked", runs, seconds: (performance.now() - began) / 1000, failed, stopped });
}

async function begin(): Promise<void> {
  const { experiment, source } = await loadExperiment(data.experiment);
  const prepared = await prepare(experiment, data);
  let parts: PartWriter | undefined;
  let mark: Mark | undefined;
  port!.on("message", (message: ToCampaignThread) => {
    if (message.kind === "assign") {
      const { assignment } = message;
      prepared.assign(assignment);
      parts = new PartWriter(assignment.directory, assignment.worker, assignment.campaign);
      if (assignment.marked === true) mark = new Mark(assignment.directory, assignment.worker);
    } else if (message.kind === "work") work(prepared, parts!, mark, message.indices).catch(fail);
    else prepared.stop();
  });
  post({ kind: "prepared", name: experiment.name, source, count: prepared.count, executor: executorFingerprint() });
}

begin().catch(fail);
