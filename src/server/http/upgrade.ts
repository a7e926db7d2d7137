/** Turns an HTTP request at `/stream` into a WebSocket, or refuses it. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Guard } from "../guard.ts";
import { closeCodes } from "../messages.ts";
import type { Access, Right } from "./access.ts";
import type { ConnectionLimits } from "./limits.ts";
import { type ClientRequest, isRefusal, parseRequest } from "./request.ts";

/** How a connection is told of runs: of all, again and again; briefly, then of changes; not at all. */
export type ListKind = (typeof listKinds)[number];
const listKinds = ["whole", "brief", "none"] as const;

const subprotocol = "v1.fluxion";
/** Number of bytes that one message of a client may have. */
const mostBytes = 64 * 1024;

interface UpgradeOptions {
  readonly access: Access;
  readonly guard: Guard;
  readonly limits: ConnectionLimits;
  /** Returns why there is no room for another viewer; undefined: there is room. */
  readonly full: () => string | undefined;
  /** Gets each socket whose token was right. */
  readonly accept: (socket: WebSocket, right: Right, list: ListKind) => void;
}

/** Makes a listener for the `upgrade` event of a server. */
export function makeUpgrade({ access, guard, limits, full, accept }: UpgradeOptions) {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: mostBytes,
    perMessageDeflate: false,
    // By itself the package answers as many pings as come, whether or not anybody reads the answers.
    autoPong: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  const destroy = (socket: Duplex): void => void socket.destroy();
  return guard(
    (message: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on(
        "error",
        guard(() => destroy(socket)),
      );
      const request = parseRequest(message);
      if (isRefusal(request)) return refuse(socket, request.status, request.why);
      const { protocols, path } = request;
      if (!access.hostAllowed(request)) return refuse(socket, 403, "this server does not answer to that Host");
      if (path !== "/stream") return refuse(socket, 404, "WebSockets are at /stream");
      if (protocols.length > 0 && !protocols.includes(subprotocol)) {
        return refuse(socket, 400, `expected the subprotocol ${subprotocol}`);
      }
      const list = listKinds.find((kind) => kind === (request.query.get("runs") ?? "whole"));
      if (list === undefined) return refuse(socket, 400, `expected the parameter runs to be ${listKinds.join(", ")}`);
      const verdict = verdictOf(request, access, full);
      if (typeof verdict === "string") limits.welcome(socket);
      sockets.handleUpgrade(
        message,
        socket,
        head,
        guard(
          (upgraded: WebSocket) => {
            if (typeof verdict === "string") accept(upgraded, verdict, list);
            else turnAway(upgraded, verdict, guard);
          },
          () => destroy(socket),
        ),
      );
    },
    (_, __, socket) => destroy(socket),
  );
}

interface TurnedAway {
  readonly code: number;
  readonly reason: string;
}

// A page in a browser learns the reason from a close code only, so these refusals come after the handshake, before
// anything is read.
function verdictOf(request: ClientRequest, access: Access, full: () => string | undefined): Right | TurnedAway {
  if (!access.originAllowed(request)) return { code: closeCodes.origin, reason: "this origin is not allowed" };
  const right = access.rightOf(request);
  if (right === undefined) return { code: closeCodes.token, reason: "the token is missing or wrong" };
  const reason = full();
  return reason === undefined ? right : { code: closeCodes.tooMany, reason };
}

function turnAway(socket: WebSocket, { code, reason }: TurnedAway, guard: Guard): void {
  // The package ws closes the socket itself; an error event without a listener would end the process.
  socket.on(
    "error",
    guard(() => undefined),
  );
  socket.close(code, reason);
  setTimeout(
    guard(() => socket.terminate()),
    1000,
  ).unref();
}

function refuse(socket: Duplex, status: number, why: string): void {
  const body = `${JSON.stringify({ error: { message: why } })}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  // A client that does not read must not keep the descriptor.
  if ("destroySoon" in socket && typeof socket.destroySoon === "function") socket.destroySoon();
}
