import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { type Section, within } from "./section.ts";
import { growth, startWatched, type WatchedRun, watch } from "./startWatched.ts";

const mostRows = 10_000_000;
const held = within({ "heap rise %": 5, "RSS rise %": 5, "server RSS rise %": 5 });

/** Watches as the page does, leaves every few seconds, and comes back for the rows that it has missed. */
async function reconnectUntilEnd(run: WatchedRun, seconds: number): Promise<number> {
  let over = false;
  void run.ended.finally(() => {
    over = true;
  });
  let connections = 0;
  let fromStep = 0;
  while (!over) {
    const socket = await watch(run, { fromStep, points: 2000, columns: ["value"] }).catch(() => undefined);
    if (socket === undefined) break;
    connections++;
    socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) return;
      const last: unknown = tableFromIPC(data).getChild("step")?.at(-1);
      if (last === undefined || last === null) return;
      // Rows come once and in order, over all connections.
      if (Number(last) < fromStep) throw new Error(`step ${Number(last)} comes after step ${fromStep - 1}`);
      fromStep = Number(last) + 1;
    });
    const closed = once(socket, "close");
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1000 * seconds))]);
    socket.terminate();
  }
  return connections;
}

/** A long run into a file, while a viewer connects again and again. */
export const reconnect: Section = {
  name: "reconnect",
  promise: "a viewer that connects again and again leaves heap and RSS of run and server flat",
  shortPart: 0.02,
  isDone: ({ rows = 0 }, part) => rows >= mostRows * part,
  begin: (part) => ({
    async round() {
      const folder = mkdtempSync(join(tmpdir(), "fluxion-reconnect-"));
      const rows = Math.round(mostRows * part);
      const run = await startWatched({ rows, directory: join(folder, "run") });
      try {
        const connections = await reconnectUntilEnd(run, Math.max(0.5, 10 * part));
        await run.ended;
        const { samples } = run;
        return held({
          rows,
          connections,
          ...growth(samples, "heap", "heap"),
          ...growth(samples, "rss", "RSS"),
          ...growth(samples, "server", "server RSS"),
        });
      } finally {
        run.kill();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  }),
};
