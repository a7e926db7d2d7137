/**
 * What the host of a run offers: Node, Deno, Bun, or a browser, which has less. Of all the files that also run in a
 * browser, this is the only one that asks where it runs.
 */
import { failure } from "./errors.ts";
import { visible } from "./visible.ts";

interface Builtins {
  readonly "node:child_process": typeof import("node:child_process");
  readonly "node:crypto": typeof import("node:crypto");
  readonly "node:fs": typeof import("node:fs");
  readonly "node:module": typeof import("node:module");
  readonly "node:os": typeof import("node:os");
  readonly "node:url": typeof import("node:url");
  readonly "node:worker_threads": typeof import("node:worker_threads");
  readonly "node:zlib": typeof import("node:zlib");
}

/** The process; undefined in browsers. A bundler's replacement for it may lack any of its properties. */
const host: Partial<NodeJS.Process> | undefined = (globalThis as { readonly process?: NodeJS.Process }).process;

/** Whether the host has none of Node's modules, as in a browser. */
export const bare = host?.getBuiltinModule === undefined;

/**
 * Loads a module of Node's where it is used. An import would have to be resolved in a browser too.
 *
 * @throws {TypeError} ERR_UNSUPPORTED if the host does not have the module
 */
export function builtin<Name extends keyof Builtins>(name: Name, who: string): Builtins[Name] {
  const found = host?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
  if (found === undefined) throw failure("ERR_UNSUPPORTED", `${who}: needs ${name}, which a browser does not have`);
  return found;
}

/**
 * Gives the module that a worker thread runs: a neighbour of the caller's file, TypeScript if the caller's file is.
 *
 * @param caller `import.meta.url` of the caller
 * @param name name of the neighbour, without its ending
 */
export function workerModule(caller: string, name: string): URL {
  const entry = caller.replace(/[^/]*(\.[jt]s)$/, `${name}$1`);
  if (!entry.endsWith(".ts")) return new URL(entry);
  // Node passes `--import tsx` on to workers, but tsx registers itself in the main thread only.
  const code = `import { register } from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))}; register(); await import(${JSON.stringify(entry)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** The members of a WebSocket that engines share; `terminate` is that of `ws`. */
interface AnyWebSocket {
  binaryType: string;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
  terminate?(): void;
}

/** Gives the host's class of WebSockets; that of the package `ws` in Node 20, which has none. */
export function webSocketClass(who: string): new (url: string, protocol: string) => AnyWebSocket {
  const own = (globalThis as { readonly WebSocket?: unknown }).WebSocket;
  return (own ?? builtin("node:module", who).createRequire(import.meta.url)("ws")) as new () => AnyWebSocket;
}

/** Bytes of memory that the process may use: the machine's, or the limit of its container. Infinity in browsers. */
export function memoryBytes(): number {
  if (bare) return Number.POSITIVE_INFINITY;
  // Node says 0 or a huge number where there is no limit; other hosts lack the function.
  const limit = host?.constrainedMemory?.() ?? 0;
  const installed = builtin("node:os", "memory").totalmem();
  return limit > 0 ? Math.min(limit, installed) : installed;
}

/** Reads an environment variable; undefined in browsers. */
export function environment(name: string): string | undefined {
  return host?.env?.[name];
}

/** Sets an environment variable that is not set yet, for libraries that read it when they are loaded. */
export function setEnvironment(name: string, value: string): void {
  if (host?.env !== undefined) host.env[name] ??= value;
}

/** Does something while an environment variable has a value, for libraries that read it when they are loaded. */
export function withEnvironment<T>(name: string, value: string, work: () => T): T {
  const variables = host?.env;
  if (variables === undefined) return work();
  const before = variables[name];
  variables[name] = value;
  try {
    return work();
  } finally {
    if (before === undefined) delete variables[name];
    else variables[name] = before;
  }
}

/** Gives the process of the host. @throws {TypeError} ERR_UNSUPPORTED in a browser */
export function thisHost(who: string): NodeJS.Process {
  if (host?.pid === undefined)
    throw failure("ERR_UNSUPPORTED", `${who}: needs a process, which a browser does not have`);
  return host as NodeJS.Process;
}

/** Shows a warning where the host shows warnings, which may be a terminal. */
export function warn(message: string): void {
  const text = visible(message);
  if (host?.emitWarning !== undefined) host.emitWarning(text, "FluxionWarning");
  else console.warn(text);
}

/** Names the engine that runs the program, such as `v20.20.2` or a browser's name. */
export function engine(): string {
  return (
    host?.version ??
    (globalThis as { readonly navigator?: { readonly userAgent?: string } }).navigator?.userAgent ??
    "unknown"
  );
}

/** A turn of the event loop that was asked for, so that it can be cancelled. */
export type Turn = { cancelled: boolean; readonly work: () => void } | NodeJS.Immediate;

interface Waiting {
  cancelled: boolean;
  readonly work: () => void;
}

const queue: Waiting[] = [];
let channel: MessageChannel | undefined;

function openChannel(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.onmessage = () => {
    const turn = queue.shift();
    if (turn?.cancelled === false) turn.work();
  };
  return opened;
}

/** Calls `work` on the next turn of the event loop. Timers, sockets and, in a browser, drawing come in between. */
export const nextTurn: (work: () => void) => Turn =
  typeof setImmediate === "function"
    ? setImmediate
    : (work) => {
        channel ??= openChannel();
        const turn: Waiting = { cancelled: false, work };
        queue.push(turn);
        channel.port2.postMessage(null);
        return turn;
      };

/** Cancels a turn that was asked for by {@link nextTurn}, unless it has begun. */
export const cancelTurn: (turn: Turn | undefined) => void =
  typeof clearImmediate === "function"
    ? (turn) => clearImmediate(turn as NodeJS.Immediate | undefined)
    : (turn) => {
        if (turn !== undefined && "cancelled" in turn) turn.cancelled = true;
      };

/** Allocates memory for a loop that writes every entry. It is not cleared where the host can leave that out. */
export function memoryToFill(bytes: number): ArrayBuffer {
  return typeof Buffer === "function" && Buffer.allocUnsafeSlow !== undefined
    ? (Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer)
    : new ArrayBuffer(bytes);
}
