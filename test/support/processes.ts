/** The process of a server: whether it lives, listens and comes back. */
import { connect as connectSocket } from "node:net";
import type { ViewerServer } from "../../src/server/viewerServer.ts";
import { connect, type Viewer } from "./viewer.ts";

/** Waits until a value is there; fails after 90 s. */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const end = Date.now() + 90_000;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() >= end) throw new Error(`no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Connects as soon as the port is open. */
export const reconnect = (server: Pick<ViewerServer, "port" | "token">): Promise<Viewer> =>
  until(() => connect(server).catch(() => undefined), "server on the same port");

/** Whether something listens at a port of this machine. */
export function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Whether a process of this machine is there. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
