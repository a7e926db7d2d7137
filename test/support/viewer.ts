import { once } from "node:events";
import { tableFromIPC } from "apache-arrow";
import { WebSocket } from "ws";
import type { ServerMessage } from "../../src/server/messages.ts";
import { serveViewers } from "../../src/server/serveViewers.ts";
import type { ViewerServer } from "../../src/server/viewerServer.ts";

/** Runs a test with a server of its own, in this process. */
export async function withServer(
  act: (server: ViewerServer) => Promise<void>,
  options: NonNullable<Parameters<typeof serveViewers>[0]> = {},
): Promise<void> {
  const server = await serveViewers({ warn: () => undefined, ...options });
  try {
    await act(server);
  } finally {
    await server.close();
  }
}

export interface ConnectOptions {
  /** Default: the server's. */
  readonly token?: string;
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  readonly autoPong?: boolean;
  /** How it is told of runs: whole (default), brief or none. */
  readonly runs?: string;
}

/** What a viewer has received, and what it may wait for. */
export class Viewer {
  readonly messages: ServerMessage[] = [];
  readonly frames: Buffer[] = [];
  /** Of all rows, in the order in which they came, for the framing `frames`. */
  readonly steps: number[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Whether a frame can be read alone. */
  framing: "frames" | "continuous" = "frames";
  #wake: (() => void)[] = [];

  constructor(readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#tell();
      });
    });
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) {
        this.frames.push(data);
        if (this.framing === "frames") this.#countSteps(data);
      } else this.messages.push(JSON.parse(String(data)) as ServerMessage);
      this.#tell();
    });
  }
  #countSteps(frame: Buffer): void {
    const steps = tableFromIPC(frame).getChild("step");
    if (steps !== null) for (const step of steps) this.steps.push(Number(step));
  }
  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }
  /** Waits until a value is there; fails after 30 s, or when the connection closes first. */
  async until<T>(look: () => T | undefined | false, what: string): Promise<T> {
    const end = Date.now() + 30_000;
    for (;;) {
      const value = look();
      if (value !== undefined && value !== false) return value;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed before ${what}`);
      const left = end - Date.now();
      if (left <= 0) throw new Error(`no ${what} within 30 s`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 200));
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
  /** The first message with this key that has come or comes. */
  message<K extends string>(key: K): Promise<Extract<ServerMessage, Record<K, unknown>>> {
    return this.until(() => this.messages.find((message) => key in message), `message "${key}"`) as Promise<
      Extract<ServerMessage, Record<K, unknown>>
    >;
  }
}

/** A socket to the server's stream. */
export async function connect(
  server: Pick<ViewerServer, "port" | "token">,
  options: ConnectOptions = {},
): Promise<Viewer> {
  const { token = server.token, origin, headers, protocols = ["v1.fluxion"], autoPong = true, runs } = options;
  const socket = new WebSocket(
    `ws://127.0.0.1:${server.port}/stream?token=${encodeURIComponent(token)}${runs === undefined ? "" : `&runs=${runs}`}`,
    [...protocols],
    { autoPong, ...(origin === undefined ? {} : { origin }), ...(headers === undefined ? {} : { headers }) },
  );
  const viewer = new Viewer(socket);
  await once(socket, "open");
  return viewer;
}

/** 0, 1, ..., count - 1. */
export function firstSteps(count: number): number[] {
  return Array.from({ length: count }, (_, step) => step);
}
