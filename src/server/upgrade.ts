/** Turns an HTTP request at `/stream` into a WebSocket, or refuses it. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Access } from "./access.ts";
import { closeCodes } from "./messages.ts";

const subprotocol = "v1.fluxion";
/** Number of bytes that one message of a client may have. */
const mostBytes = 64 * 1024;

interface UpgradeOptions {
  readonly access: Access;
  /** Returns why there is no room for another viewer; undefined: there is room. */
  readonly full: () => string | undefined;
  /** Gets each socket whose token was right. */
  readonly accept: (socket: WebSocket) => void;
}

/** Makes a listener for the `upgrade` event of a server. */
export function makeUpgrade({ access, full, accept }: UpgradeOptions) {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: mostBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  return (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    if (!access.hostAllowed(request)) return refuse(socket, 403, "this server does not answer to that Host");
    if (path !== "/stream") return refuse(socket, 404, "WebSockets are at /stream");
    if (!offered.includes(subprotocol) && offered.some((name) => name !== "")) {
      return refuse(socket, 400, `expected the subprotocol ${subprotocol}`);
    }
    const refusal = refusalOf(request, access, full);
    sockets.handleUpgrade(request, socket, head, (upgraded) => {
      if (refusal === undefined) accept(upgraded);
      else turnAway(upgraded, refusal);
    });
  };
}

interface Refusal {
  readonly code: number;
  readonly reason: string;
}

// A page in a browser learns the reason from a close code only, so these refusals come after the handshake, before
// anything is read.
function refusalOf(request: IncomingMessage, access: Access, full: () => string | undefined): Refusal | undefined {
  if (!access.originAllowed(request)) return { code: closeCodes.origin, reason: "this origin is not allowed" };
  if (!access.tokenGiven(request)) return { code: closeCodes.token, reason: "the token is missing or wrong" };
  const reason = full();
  return reason === undefined ? undefined : { code: closeCodes.tooMany, reason };
}

function turnAway(socket: WebSocket, { code, reason }: Refusal): void {
  // The package ws closes the socket itself; an error event without a listener would end the process.
  socket.on("error", () => undefined);
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), 1000).unref();
}

function refuse(socket: Duplex, status: number, why: string): void {
  const body = `${JSON.stringify({ error: { message: why } })}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
