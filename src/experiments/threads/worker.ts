/**
 * The thread in which an experiment runs. It loads the module, runs it, writes its files, and informs the main thread.
 */

import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { filter, lastValueFrom, map, Subject, takeUntil } from "rxjs";
import type { RecordMessage } from "../../arrow/recorder.ts";
import type { Run } from "../../arrow/row.ts";
import { shareProcessors } from "../../autodiff/float64/threads/count.ts";
import { isFluxionError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { sliceCommand } from "../../streams/slices/sliceCommand.ts";
import type { Command } from "../../streams/types.ts";
import { experimentContext } from "../framework/context.ts";
import type { Experiment } from "../framework/definition.ts";
import { directoryStore } from "../framework/directoryStore.ts";
import { repetitionsFolder } from "../framework/repetitions.ts";
import { rulesFrom } from "../rules/ruleList.ts";
import { watchRows } from "../rules/watchRows.ts";
import { following, leading } from "./campaigns.ts";
import { type CertifyOrder, certifyEnds } from "./certifyEnds.ts";
import { eventReporter } from "./eventReporter.ts";
import { examine } from "./examine.ts";
import { flagsOf, optionsFrom } from "./flags.ts";
import { type LoadedExperiment, loadExperiment } from "./loadModule.ts";
import type { FromWorker, PlainError, RowSummary, StartOrder, ToWorker, WorkerData } from "./protocol.ts";

const port = parentPort;
if (port === null) throw new Error("internal: worker.ts is started by fluxion run");
const { experiment: wanted, stop } = workerData as WorkerData;
const stopFlag = new Int32Array(stop);
const stopped = (): boolean => Atomics.load(stopFlag, 0) !== 0;
const interrupted = (): boolean => Atomics.load(stopFlag, 0) === 2;
const abort = new AbortController();
const searched = new Subject<Extract<ToWorker, { kind: "searched" }>>();
const commands = new Subject<{ readonly run: string; readonly command: Command }>();

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port!.postMessage(message, transfer);
}

function plain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = isFluxionError(error) ? error.code : (error as NodeJS.ErrnoException).code;
  const cause = error.cause instanceof Error ? `\ncaused by ${plain(error.cause).stack}` : "";
  return {
    message: error.message === "" ? error.name : error.message,
    stack: `${error.stack ?? ""}${cause}`,
    ...(code === undefined ? {} : { code }),
  };
}

/** Lets the thread end when nothing else keeps it alive. Node.js's `close` would do the same; Deno's port has none. */
function leave(): void {
  port!.unref();
}

function fail(error: unknown): void {
  post({ kind: "failed", error: plain(error) });
  leave();
}

/** Informs the main thread about files as they grow and, with each batch, about the newest row of the run. */
function fileReporter(newest: (run: string) => RowSummary): {
  written(message: RecordMessage, run: Run, directory: string): void;
} {
  return {
    written(message, run, directory) {
      if (message.kind === "header") {
        post({ kind: "opened", run, directory, header: message.bytes });
      } else if (message.kind === "end") {
        post({ kind: "closed", run: run.name });
      } else {
        const { bytes, rows, firstStep, lastStep } = message;
        const last = newest(run.name);
        const own = bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer as ArrayBuffer] : [];
        post({ kind: "batch", run: run.name, bytes, rows, firstStep, lastStep, last }, own);
      }
    },
  };
}

async function check({ options, check: own }: Experiment, given: Readonly<Record<string, JsonValue>>): Promise<void> {
  await own?.(optionsFrom(options, given));
}

async function start({ experiment }: LoadedExperiment, order: StartOrder): Promise<void> {
  const { directory, resume, seed, share, lease, repetitions = 0, rules, keeping } = order;
  const events = eventReporter(post);
  const files = fileReporter(events.newest);
  const typed = rules === undefined ? [] : rulesFrom(rules);
  shareProcessors(share === undefined ? 1 : order.workers);
  const campaigns = share === undefined ? leading(order, searched, post) : following(share, post);
  const store = directoryStore({
    directory,
    resume: () => resume || campaigns.begun(),
    lease,
    onNote: (line) => post({ kind: "note", line }),
    rules: watchRows(typed, { onSkipped: events.skipped }),
    onRow: events.seen,
    onEarlier: events.seen,
    onMessage: files.written,
    onReplayed: (last, path) =>
      post({ kind: "replayed", run: last.run, directory: path, last: events.newest(last.run.name) }),
  });
  // A folder of their own, so that repetitions are not among the runs that pages, figures and tables show.
  const repetitionStore = directoryStore({
    directory: join(directory, repetitionsFolder),
    resume: () => resume || campaigns.begun(),
    lease,
    onNote: (line) => post({ kind: "note", line }),
  });
  const context = experimentContext({
    seed,
    repetitions,
    ...(keeping === undefined ? {} : { keeping }),
    repetitionStore,
    onAgreement: (agreement) => post({ kind: "agreement", agreement }),
    signal: abort.signal,
    store,
    stopped,
    interrupted,
    others: share === undefined,
    commands: (run) =>
      commands.pipe(
        filter((given) => given.run === run),
        map(({ command }) => command),
      ),
    onFinding: (finding) => post({ kind: "finding", finding }),
    onNote: (line) => post({ kind: "note", line }),
    onConclusion: (line) => post({ kind: "conclusion", line }),
    onRefusal: (line) => post({ kind: "refusal", line }),
    onStop: () => abort.abort(),
    campaign: campaigns.campaign,
  });
  const rows = experiment.run(optionsFrom(experiment.options, order.options), context);
  await lastValueFrom(context.complete(rows).pipe(takeUntil(campaigns.over)), { defaultValue: undefined });
  post({ kind: "done", stopped: stopped() });
  leave();
}

/** Certifies what an order names, and informs the main thread. */
async function certifyFor(experiment: LoadedExperiment["experiment"], order: CertifyOrder): Promise<void> {
  await certifyEnds(experiment, order, {
    problem: (problem) => post({ kind: "certifying", problem }),
    end: (end) => post({ kind: "certified", end: { ...end, certificate: { ...end.certificate, proof: undefined } } }),
    note: (line) => post({ kind: "note", line }),
  });
  post({ kind: "done", stopped: false });
}

loadExperiment(wanted).then((loaded) => {
  const { experiment, source } = loaded;
  port.on("message", (message: ToWorker) => {
    switch (message.kind) {
      case "check":
        check(experiment, message.options).then(() => post({ kind: "checked" }), fail);
        return;
      case "examine":
        examine(experiment, message.options, message.seed).then(
          (examination) => post({ kind: "examined", examination }),
          fail,
        );
        return;
      case "certify":
        certifyFor(experiment, message.order).then(leave, fail);
        return;
      case "start":
        start(loaded, message.order).catch(fail);
        return;
      case "searched":
        searched.next(message);
        return;
      case "stop":
        abort.abort();
        return;
      case "command": {
        const { id, run, command } = message;
        const whole = command.type === "slice" ? sliceCommand(command.asked) : command;
        commands.next({ run, command: { ...whole, reply: (outcome) => post({ kind: "reply", id, outcome }) } });
        return;
      }
    }
  });
  post({
    kind: "described",
    name: experiment.name,
    summary: experiment.summary,
    flags: flagsOf(experiment.options),
    source,
  });
}, fail);
