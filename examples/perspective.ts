/** Streams a run into a table of Perspective (`npm install @perspective-dev/client`), which groups and sorts it as it grows. */
import perspective from "@perspective-dev/client/node";
import { bilinear, chain, createViewerServer, iterate, untilStep, webSocket } from "fluxion";
import { extragradient } from "fluxion/operators";
import { WebSocket } from "ws";

const server = await createViewerServer();
iterate(bilinear(), [1, 1], chain(extragradient({ stepSize: 0.5 }), untilStep(2000)), { name: "game" })
  .pipe(webSocket(server))
  .subscribe();

// In a page, <perspective-viewer> shows this table: viewer.load(table).
const columns = { step: "float", squaredFieldNorm: "float", seconds: "float" } as const;
const table = await perspective.table({ ...columns }, { index: "step" });
const socket = new WebSocket(server.url.replace("http", "ws").replace("/?", "/stream?"), "v1.fluxion");
socket.on("open", () =>
  socket.send(JSON.stringify({ subscribe: { run: "game", columns: Object.keys(columns), whenSlow: "wait" } })),
);
// Each binary message is a whole Arrow stream, which Perspective takes as it comes.
let taken = Promise.resolve();
socket.on("message", (message: Buffer, isBinary) => {
  if (isBinary) taken = taken.then(() => table.update(new Uint8Array(message).buffer));
  else if ("ended" in JSON.parse(String(message))) void taken.then(finish);
});

async function finish(): Promise<void> {
  const view = await table.view({ columns: ["step", "squaredFieldNorm"], sort: [["squaredFieldNorm", "asc"]] });
  const [least] = await view.to_json({ start_row: 0, end_row: 1 });
  console.log(`${await table.size()} rows, the least |F|^2 at step ${least!.step}`);
  await view.delete();
  await table.delete();
  socket.close();
  await server.close();
}
