/**
 * What the machine under a run offers: Node, Deno, Bun, or a browser, which has less. The only file of the rooms that run in a browser
 * which knows where it is.
 */
import { failure } from "./errors.ts";

interface Builtins {
  readonly "node:fs": typeof import("node:fs");
  readonly "node:module": typeof import("node:module");
  readonly "node:os": typeof import("node:os");
  readonly "node:url": typeof import("node:url");
}

/** Undefined in browsers; a bundler's replacement for `process` may lack anything. */
const host: Partial<NodeJS.Process> | undefined = (globalThis as { readonly process?: NodeJS.Process }).process;

/** Whether this is a browser, or something as bare. */
export const bare = host?.getBuiltinModule === undefined;

/**
 * A module of Node's, asked for where it is used: no import that a browser would have to resolve.
 *
 * @throws {TypeError} ERR_UNSUPPORTED where there is none
 */
export function builtin<Name extends keyof Builtins>(name: Name, who: string): Builtins[Name] {
  const found = host?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
  if (found === undefined) throw failure("ERR_UNSUPPORTED", `${who}: needs ${name}, which a browser does not have`);
  return found;
}

/** An environment variable; undefined in browsers. */
export function environment(name: string): string | undefined {
  return host?.env?.[name];
}

/** Sets an environment variable that is not set yet, for libraries that read it when they are loaded. */
export function setEnvironment(name: string, value: string): void {
  if (host?.env !== undefined) host.env[name] ??= value;
}

/** The process, where there is one. @throws {TypeError} ERR_UNSUPPORTED in a browser */
export function thisHost(who: string): NodeJS.Process {
  if (host?.pid === undefined)
    throw failure("ERR_UNSUPPORTED", `${who}: needs a process, which a browser does not have`);
  return host as NodeJS.Process;
}

/** Shows a warning where the host shows warnings. */
export function warn(message: string): void {
  if (host?.emitWarning !== undefined) host.emitWarning(message, "FluxionWarning");
  else console.warn(message);
}

/** The engine under the program, such as `v20.20.2` or a browser's name. */
export function engine(): string {
  return (
    host?.version ??
    (globalThis as { readonly navigator?: { readonly userAgent?: string } }).navigator?.userAgent ??
    "unknown"
  );
}

/** A turn of the event loop that was asked for. */
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

/** Calls `work` on the next turn of the event loop: timers, sockets and, in a browser, drawing come in between. */
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

export const cancelTurn: (turn: Turn | undefined) => void =
  typeof clearImmediate === "function"
    ? (turn) => clearImmediate(turn as NodeJS.Immediate | undefined)
    : (turn) => {
        if (turn !== undefined && "cancelled" in turn) turn.cancelled = true;
      };

/** Memory for a loop that writes every entry; zeros where the host gives no other. */
export function memoryToFill(bytes: number): ArrayBuffer {
  return typeof Buffer === "function" && Buffer.allocUnsafeSlow !== undefined
    ? (Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer)
    : new ArrayBuffer(bytes);
}
