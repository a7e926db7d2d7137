/** What no client would send: requests, and messages that are well framed. */
import { connect as connectSocket } from "node:net";
import * as fc from "./fastCheck.ts";

/** Sends bytes and waits until the server has closed the connection, or has said something. */
export function send({ port }: { readonly port: number }, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connectSocket(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      done();
    });
    socket.on("error", done);
    socket.on("close", done);
    socket.setTimeout(5000, done);
  });
}

const targets = [
  "/",
  "//",
  "///",
  "//stream",
  "//a:b@c/stream",
  "/stream",
  "/stream?",
  "/stream?token",
  "/stream?token=%",
  "/%",
  "/%ff",
  "/%00",
  "/runs/%/rows",
  "/runs//rows",
  "/runs/../rows",
  "/runs/a/rows?fromStep=NaN",
  "/runs/a/rows?columns=%e0%a4%a",
  "/\\",
  "/\\\\stream",
  "/?a=1&a=2",
  "/#",
  "/stream#x",
  "*",
  "http://",
  "http:///",
  "http://[",
  "http://[::1",
  "http://x:99999/stream",
  "https://127.0.0.1/runs",
  "ws://x/stream",
  "javascript:1",
  "stream",
  "?token=1",
  "@",
  "/..;/",
  "/figures/../x.svg",
  "/runs/__proto__/rows",
  "/constructor",
  `/${"a".repeat(9000)}`,
  `/stream?token=${"%41".repeat(2000)}`,
];
const hosts = [
  "Host: 127.0.0.1:PORT",
  "Host:",
  "Host: [",
  "Host: evil:PORT",
  "Host: 127.0.0.1:PORT\r\nHost: b",
  "Host: 127.0.0.1:PORT@b",
  "X: y",
];
const extras = [
  "",
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x",
  "Upgrade: h2c\r\nConnection: Upgrade",
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: ,,\u00ff\r\nOrigin: chrome-extension://127.0.0.1:PORT",
  "Authorization: Bearer \u00ff\u0001\r\nCookie: ;;=;a\r\nRange: bytes=9-\r\nOrigin: ]",
  "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue",
];

/** About 2,000 requests of odd targets and headers. */
export function malformedRequests(port: number): string[] {
  return targets.flatMap((target) =>
    hosts.flatMap((host) =>
      extras.map((extra) => {
        const lines = [`GET ${target} HTTP/1.1`, host, extra].filter((line) => line !== "");
        return `${lines.join("\r\n").replaceAll("PORT", String(port))}\r\n\r\n`;
      }),
    ),
  );
}

/** Texts of messages, most of them JSON, some with the keys of real ones. None names a run. */
export const anyMessage = fc.oneof(
  fc.json(),
  fc
    .record({ subscribe: fc.dictionary(fc.constantFrom("run", "columns", "fromStep", "points"), fc.jsonValue()) })
    .map((it) => JSON.stringify(it)),
  fc
    .record({ command: fc.dictionary(fc.constantFrom("run", "type", "count"), fc.jsonValue()) })
    .map((it) => JSON.stringify(it)),
  fc.string({ unit: "binary" }),
);
