/** Limits on connections, so that idle ones of strangers eat neither the descriptors nor the places of viewers. */
import type { Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Guard } from "../guard.ts";

/** Number of connections that may be open before they have shown a token. */
const mostStrangers = 64;
/** Number of connections beside those of viewers: browsers keep up to six for requests. */
const mostRequests = 128;

/** Times in milliseconds, as options of a server. */
export const timeLimits: ServerOptions = {
  /** Time from the connection to the end of the headers. */
  headersTimeout: 5000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};
/** Time after which a socket is closed on which nothing moves, such as an answer that nobody reads. WebSockets have their pings. */
const idleTimeout = 60_000;

export interface ConnectionLimits {
  /** Says that a request of this connection has shown a token. */
  welcome(socket: Duplex): void;
}

/**
 * Limits the connections of a server. Of those that have shown no token, the oldest is closed when there are too many:
 * a viewer shows its token at once, an idle connection never does.
 *
 * @param viewers number of viewers that may be connected at once
 */
export function limitConnections(http: Server, viewers: number, guard: Guard): ConnectionLimits {
  const strangers = new Set<Duplex>();
  if (Number.isFinite(viewers)) http.maxConnections = viewers + mostRequests + mostStrangers;
  http.setTimeout(idleTimeout);
  http.on(
    "connection",
    guard((socket: Socket) => {
      strangers.add(socket);
      socket.on(
        "close",
        guard(() => strangers.delete(socket)),
      );
      for (const oldest of strangers) {
        if (strangers.size <= mostStrangers) break;
        strangers.delete(oldest);
        oldest.destroy();
      }
    }),
  );
  return { welcome: (socket) => void strangers.delete(socket) };
}
