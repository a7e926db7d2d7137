/** Requests that no client would send. The server answers or closes, stays up, and nothing throws into its process. */
import { connect as connectSocket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isRefusal, parseRequest } from "../../src/server/http/request.ts";
import type { ViewerServer } from "../../src/server/viewerServer.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRun } from "../support/rows.ts";
import { connect, withServer } from "../support/viewer.ts";

const malformed = suite("malformed requests");

/** Sends bytes and waits until the server has closed the connection, or has said something. */
function send(server: ViewerServer, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connectSocket(server.port, "127.0.0.1", () => socket.write(bytes, "latin1"));
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

malformed("2,000 targets and headers get an answer or a closed connection, with and without Upgrade", () =>
  withServer(async (server) => {
    let count = 0;
    const requests = targets.flatMap((target) =>
      hosts.flatMap((host) =>
        extras.map((extra) => {
          const lines = [`GET ${target} HTTP/1.1`, host, extra].filter((line) => line !== "");
          return `${lines.join("\r\n").replaceAll("PORT", String(server.port))}\r\n\r\n`;
        }),
      ),
    );
    const worker = async (): Promise<void> => {
      for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
        const answer = await send(server, next);
        assert.ok(answer === "" || answer.startsWith("HTTP/1.1 "), `${next} -> ${answer}`);
        assert.not.match(answer, /^HTTP\/1.1 500/, next);
        count++;
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    assert.ok(count >= 1900, `${count}`);
    await (await connect(server)).message("runs");
  }),
);

malformed("no bytes at all throw into the server", () =>
  withServer(async (server) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
        await send(
          server,
          `GET /${text} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
        );
      }),
      { numRuns: 100 },
    );
    await (await connect(server)).message("runs");
  }),
);

malformed("parseRequest never throws, and keeps paths as they are", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  fc.assert(
    fc.property(
      text,
      fc.dictionary(fc.constantFrom("host", "origin", "cookie", "authorization", "range"), text),
      (url, headers) => {
        const request = parseRequest({ method: "GET", url, headers });
        if (!isRefusal(request)) assert.ok(request.path.startsWith("/"));
      },
    ),
    { numRuns: 2000 },
  );
  const read = (url: string) => {
    const request = parseRequest({ method: "GET", url, headers: {} });
    return isRefusal(request) ? request.status : [request.path, request.parts, [...request.query], request.token];
  };
  assert.equal(read("//"), ["//", ["", ""], [], undefined]);
  assert.equal(read("/runs/a%2Fb/rows?x=1&token=t"), ["/runs/a%2Fb/rows", ["runs", "a/b", "rows"], [["x", "1"]], "t"]);
  assert.equal(read("http://h:1/runs"), ["/runs", ["runs"], [], undefined]);
  for (const bad of ["", "*", "runs", "/%zz", "/?a=1&a=2"]) assert.is(read(bad), 400, bad);
});

malformed("nothing in a packet is obeyed after the message for which the connection is closed", () =>
  withServer(async (server) => {
    const obeyed: string[] = [];
    server.commands.subscribe(({ type }) => obeyed.push(type));
    server.hub.open(makeRun(), new Uint8Array(8));
    const { socket, closed } = await connect(server);
    const raw = (socket as unknown as { readonly _socket: { cork(): void; uncork(): void } })._socket;
    raw.cork();
    socket.send(JSON.stringify({ command: { run: "example", type: "pause" } }));
    socket.send("nonsense");
    socket.send(JSON.stringify({ command: { run: "example", type: "stop" } }));
    raw.uncork();
    assert.is((await closed).code, 4400);
    assert.equal(obeyed, ["pause"]);
  }),
);

malformed("well-framed messages of any content leave the server as it was", () =>
  withServer(async (server) => {
    const obeyed: unknown[] = [];
    server.commands.subscribe((command) => obeyed.push(command));
    const json = fc.oneof(
      fc.json(),
      fc
        .record({ subscribe: fc.dictionary(fc.constantFrom("run", "columns", "fromStep", "points"), fc.jsonValue()) })
        .map((it) => JSON.stringify(it)),
      fc
        .record({ command: fc.dictionary(fc.constantFrom("run", "type", "count"), fc.jsonValue()) })
        .map((it) => JSON.stringify(it)),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(json, { minLength: 1, maxLength: 90 }), async (messages) => {
        const viewer = await connect(server);
        for (const message of messages) viewer.send(message);
        viewer.socket.close();
        await viewer.closed;
      }),
      { numRuns: 50 },
    );
    assert.equal(obeyed, []);
    await (await connect(server)).message("runs");
  }),
);

malformed.run();
