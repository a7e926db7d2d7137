/** Answers the requests of a connection one after the other. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Guard } from "../guard.ts";

type Route = (message: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Number of requests that may wait on a connection. Browsers wait for each answer before they ask again. */
const mostWaiting = 32;

interface Queue {
  /** Settled when the last answer begun or waiting is over. */
  last: Promise<void>;
  waiting: number;
}

/**
 * Makes a route that begins an answer only when the one before it on the same connection is over. HTTP lets a client
 * ask again before it has read anything, and answers that began at once would each hold memory until their turn. A
 * connection on which too many requests wait is closed.
 */
export function inTurn(route: Route, guard: Guard): Route {
  const queues = new WeakMap<Socket, Queue>();
  return async (message, response) => {
    const { socket } = message;
    const queue = queues.get(socket) ?? { last: Promise.resolve(), waiting: 0 };
    queues.set(socket, queue);
    if (queue.waiting >= mostWaiting) {
      socket.destroy();
      return;
    }
    const before = queue.last;
    queue.last = new Promise((resolve) => response.once("close", guard(resolve)));
    queue.waiting++;
    await before;
    queue.waiting--;
    if (!socket.destroyed) await route(message, response);
  };
}
