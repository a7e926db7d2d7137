import { tableFromIPC } from "apache-arrow";
import type { WebSocket } from "ws";
import { quantile, rounded, type Section, within } from "./section.ts";
import { growth, type Sample, startWatched, watch } from "./startWatched.ts";

const held = within({ "CPU rise %": 3, "frame delay ms, p99": 100, "server RSS rise %": 5 });
const rowsPerSecond = 1000;
const mostViewers = 50;
const fullSeconds = 600;

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * count));

/** Microseconds of CPU time of the run per row, between two samples. */
function cpuPerRow(samples: readonly Sample[]): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return (last.cpu - first.cpu) / (last.rows - first.rows);
}

/** Viewers of one run, a fifth of which take nothing from their sockets; the same run without them, before and after. */
export const viewers: Section = {
  name: "viewers",
  promise:
    "viewers cost a run of 1,000 rows/s less than 3 % of its time, healthy ones wait less than 100 ms (p99), RSS is flat",
  shortPart: 0.02,
  isDone: ({ "seconds watched": watched = 0 }, part) => watched >= fullSeconds * part,
  begin: (part) => ({
    async round() {
      const watched = fullSeconds * part;
      const alone = Math.max(4, watched / 10);
      const run = await startWatched({ rows: Number.MAX_SAFE_INTEGER, rowsPerSecond, work: 20_000 });
      const delays: number[] = [];
      const frames: number[] = [];
      const sockets: WebSocket[] = [];
      try {
        // The engine compiles during the first second.
        await seconds(1);
        const start = run.samples.length;
        await seconds(alone);
        const firstAlone = run.samples.slice(start);
        for (let i = 0; i < mostViewers; i++) {
          const stalled = i % 5 === 4;
          const socket = await watch(run, stalled ? {} : { columns: ["value"], fromStep: run.samples.at(-1)!.rows });
          sockets.push(socket);
          if (stalled) {
            socket.pause();
            continue;
          }
          socket.on("message", (data: Buffer, isBinary) => {
            if (!isBinary) return;
            const now = Date.now();
            const times = [...(tableFromIPC(data).getChild("value") ?? [])].map((time) => now - Number(time));
            delays.push(...times);
            frames.push(times.at(-1)!);
          });
        }
        // History that was there before the viewer came does not count as delay.
        await seconds(1);
        delays.length = 0;
        frames.length = 0;
        const from = run.samples.length;
        await seconds(watched);
        const together = run.samples.slice(from);
        const measured = { delays: [...delays], frames: [...frames] };
        const open = sockets.filter((socket) => socket.readyState === socket.OPEN).length;
        for (const socket of sockets) socket.terminate();
        await seconds(1);
        const later = run.samples.length;
        await seconds(alone - 1);
        const without = (cpuPerRow(firstAlone) + cpuPerRow(run.samples.slice(later))) / 2;
        const with_ = cpuPerRow(together);
        if (open < mostViewers) throw new Error(`${mostViewers - open} viewers were closed`);
        return held({
          "seconds watched": watched,
          "rows per second": Math.round(
            (together.at(-1)!.rows - together[0]!.rows) / (together.at(-1)!.seconds - together[0]!.seconds),
          ),
          viewers: mostViewers,
          stalled: mostViewers / 5,
          "CPU us per iterate without": rounded(without, 1),
          "CPU us per iterate with": rounded(with_, 1),
          "CPU rise %": rounded((with_ / without - 1) * 100, 1),
          "frame delay ms, p50": quantile(measured.frames, 0.5),
          "frame delay ms, p99": quantile(measured.frames, 0.99),
          "row delay ms, p50": quantile(measured.delays, 0.5),
          "row delay ms, p99": quantile(measured.delays, 0.99),
          ...growth(together, "server", "server RSS"),
        });
      } finally {
        for (const socket of sockets) socket.terminate();
        run.kill();
      }
    },
  }),
};
