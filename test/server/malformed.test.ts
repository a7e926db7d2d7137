/** Requests that no client would send. The server answers or closes, stays up, and nothing throws into its process. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isRefusal, parseRequest } from "../../src/server/http/request.ts";
import * as fc from "../support/fastCheck.ts";
import { anyMessage, malformedRequests, send } from "../support/malformed.ts";
import { makeRun } from "../support/rows.ts";
import { connect, withServer } from "../support/viewer.ts";

const malformed = suite("malformed requests");

malformed("2,000 targets and headers get an answer or a closed connection, with and without Upgrade", () =>
  withServer(async (server) => {
    let count = 0;
    const requests = malformedRequests(server.port);
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
    await fc.assert(
      fc.asyncProperty(fc.array(anyMessage, { minLength: 1, maxLength: 90 }), async (messages) => {
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
