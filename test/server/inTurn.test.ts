/** Clients that ask again before they have read an answer: answers come in order, one at a time, and hold little memory. */
import { connect as connectSocket, type Socket } from "node:net";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ViewerServer } from "../../src/server/viewerServer.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { connect, withServer } from "../support/viewer.ts";

const turns = suite("requests in turn");

const requests = (server: ViewerServer, paths: readonly string[]): string =>
  paths
    .map(
      (path) =>
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\n\r\n`,
    )
    .join("");

function record(server: ViewerServer, rows: number): void {
  const run = makeRun();
  from(Array.from({ length: rows }, (_, step) => makeRow(run, step)))
    .pipe(webSocket(server, { batch: { rows: 100 } }))
    .subscribe();
}

/** Resolves when the other side has closed the connection. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.once("close", () => resolve());
  });

turns("are answered whole and in order, however many came at once", () =>
  withServer(async (server) => {
    record(server, 10);
    const socket = connectSocket(server.port, "127.0.0.1");
    const paths = Array.from({ length: 25 }, (_, i) => (i % 5 === 4 ? "/runs" : `/nothing/${i}/rows`));
    socket.write(requests(server, paths));
    let text = "";
    for await (const bytes of socket) {
      text += String(bytes);
      if (text.split("HTTP/1.1 ").length > paths.length && text.endsWith("}\n")) break;
    }
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    assert.equal(
      statuses,
      paths.map((path) => (path === "/runs" ? "200" : "404")),
    );
  }),
);

turns("hold the memory of one answer, not of all that were asked for", () =>
  withServer(async (server) => {
    record(server, 30_000);
    const socket = connectSocket(server.port, "127.0.0.1");
    socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    // Without turns each would hold its first 256 KiB of rows.
    socket.write(requests(server, new Array<string>(30).fill("/runs/example/rows")));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const held = process.memoryUsage().arrayBuffers - before;
    assert.ok(held < 5 * 2 ** 20, `${held} bytes are held`);
    socket.destroy();
    await (await connect(server)).message("runs");
  }),
);

turns("of which too many wait close their connection, and others are served", () =>
  withServer(async (server) => {
    record(server, 30_000);
    const socket = connectSocket(server.port, "127.0.0.1");
    socket.pause();
    const end = closed(socket);
    socket.write(requests(server, new Array<string>(2000).fill("/runs/example/rows")));
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.resume();
    await end;
    await (await connect(server)).message("runs");
  }),
);

turns.run();
