/** The process of the server: tells the server what comes over the channel, and ends with the process that started it. */
import type { Subscription } from "rxjs";
import type { AppliedCommand } from "../../arrow/row.ts";
import { isFluxionError } from "../../errors.ts";
import { refusalOf, type ViewerCommand } from "../commands.ts";
import type { EndCertificates } from "../messages.ts";
import type { FigureGallery } from "../options.ts";
import { type LocalServer, serveViewers } from "../serveViewers.ts";
import { costOf, type FigureList, type FromServer, type RunMessage, type ToServer } from "./channel.ts";

/** Number of commands that may wait for their replies. */
const mostCommands = 1000;
/** Number of bytes after which they are acknowledged at once. */
const acknowledgeAt = 256 * 1024;

const send = (message: FromServer): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
let server: LocalServer | undefined;
let lastId = 0;

// When the process of the run ends, however it ends, nobody needs this one, and the port must be free.
process.on("disconnect", () => process.exit(0));
// Ctrl-C goes to all processes of a terminal. The process of the run decides what it means.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
function ask(message: (id: number) => FromServer, signal?: AbortSignal): Promise<unknown> {
  const id = ++lastId;
  signal?.addEventListener("abort", () => send({ kind: "cancel", id }), { once: true });
  return new Promise((resolve, reject) => {
    asked.set(id, { resolve, reject });
    send(message(id));
  });
}
// One picture is on its way at a time.
let pictures: Promise<unknown> = Promise.resolve();
const figures: FigureGallery = {
  list: (signal) => ask((id) => ({ kind: "figures", id }), signal) as Promise<FigureList>,
  svg(name) {
    const picture = pictures.then(() => ask((id) => ({ kind: "figure", id, name }))) as Promise<string | undefined>;
    pictures = picture.catch(() => undefined);
    return picture;
  },
};

const replies = new Map<number, (outcome: AppliedCommand) => void>();
function pass({ reply, ...command }: ViewerCommand): void {
  const id = ++lastId;
  if (reply !== undefined && replies.size >= mostCommands) {
    reply(refusalOf(command, `${mostCommands} commands wait for their replies`));
    return;
  }
  if (reply !== undefined) replies.set(id, reply);
  send({ kind: "command", id, command });
}

let obeying: Subscription[] = [];
function obey(all: boolean, runs: readonly string[]): void {
  const before = obeying;
  const streams = server === undefined ? [] : all ? [server.commands] : runs.map(server.commandsFor);
  obeying = streams.map((stream) => stream.subscribe(pass));
  for (const subscription of before) subscription.unsubscribe();
}

let taken = 0;
let acknowledging: NodeJS.Immediate | undefined;
function acknowledge(bytes: number): void {
  taken += bytes;
  const now = (): void => {
    clearImmediate(acknowledging);
    acknowledging = undefined;
    send({ kind: "taken", bytes: taken });
    taken = 0;
  };
  if (taken >= acknowledgeAt) now();
  else acknowledging ??= setImmediate(now);
}

function tell({ hub }: LocalServer, message: RunMessage): void {
  if (message.kind === "finished") {
    for (const run of message.runs) hub.placeFinished(run);
    return;
  }
  const { kind, name } = message;
  if (kind === "open") hub.place(message);
  else if (kind === "cells") hub.describe(name, message.cells);
  else if (kind === "batch") hub.batch(name, message.bytes, message.firstStep, message.lastStep, message.rows);
  else if (kind === "places") hub.notePlaces(name, message.numbers);
  else if (kind === "dropped") hub.runs.get(name)?.drop(message.count);
  else if (kind === "note") hub.runs.get(name)?.note(message.outcome);
  else hub.close(name, message.ending);
}

async function start({
  options,
  figures: hasFigures,
  certificates,
  runs,
}: Extract<ToServer, { kind: "start" }>): Promise<void> {
  try {
    server = await serveViewers({
      ...options,
      awaited: runs,
      warn: (message) => send({ kind: "warning", message }),
      onViewers: (count) => send({ kind: "viewers", count }),
      ...(hasFigures ? { figures } : {}),
      ...(certificates
        ? { certificates: () => ask((id) => ({ kind: "certificates", id })) as Promise<EndCertificates> }
        : {}),
    });
    send({ kind: "listening", port: server.port });
  } catch (error) {
    const code = isFluxionError(error) ? error.code : undefined;
    const message = error instanceof Error ? error.message : String(error);
    process.send?.({ kind: "failed", code, message } satisfies FromServer, undefined, undefined, () => process.exit(1));
  }
}

async function take(message: ToServer): Promise<void> {
  if (message.kind === "start") return start(message);
  if (message.kind === "close") {
    await server?.close();
    process.exit(0);
  }
  if (message.kind === "steerable") return obey(message.all, message.runs);
  if (message.kind === "reply") {
    replies.get(message.id)?.(message.outcome);
    replies.delete(message.id);
  } else if (message.kind === "answer" || message.kind === "refusal") {
    const { resolve, reject } = asked.get(message.id) ?? {};
    asked.delete(message.id);
    if (message.kind === "answer") resolve?.(message.value);
    else reject?.(new Error(message.message));
  } else {
    if (server !== undefined) tell(server, message);
    acknowledge(costOf(message));
  }
}

// A fault here ends this process and nothing else; another one is started, which is told everything again.
process.on("message", (message) => void take(message as ToServer));
