/** A program that serves a run and goes on until it is killed. It prints the port and the process of the server. */
import { interval, map } from "rxjs";
import { createViewerServer } from "../../../src/server/createViewerServer.ts";
import { webSocket } from "../../../src/sinks/webSocket.ts";
import { makeRow, makeRun } from "../rows.ts";

const server = await createViewerServer();
const run = makeRun();
interval(10)
  .pipe(
    map((step) => makeRow(run, step)),
    webSocket(server),
  )
  .subscribe();
console.log(JSON.stringify({ port: server.port, token: server.token, processId: server.processId }));
