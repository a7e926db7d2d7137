import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { quantile, rounded } from "./section.ts";
import type { Greeting, Usage, Watched } from "./watched.ts";

/** What a run and the process of its server used at one moment. Bytes, and microseconds of CPU time of the run. */
export interface Sample extends Usage {
  /** Resident memory of the server's process. */
  readonly server: number;
  readonly seconds: number;
}

export interface WatchedRun extends Greeting {
  readonly samples: readonly Sample[];
  /** Ends when the run has emitted its last row. */
  readonly ended: Promise<void>;
  readonly kill: () => void;
}

/** Starts `watched.ts` in a process of its own. */
export async function startWatched(wanted: Watched): Promise<WatchedRun> {
  const program = fileURLToPath(new URL("watched.ts", import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, program, JSON.stringify(wanted)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit").then(([code]) => {
    if (code !== 0) throw new Error(`the run ended with code ${String(code)}`);
  });
  ended.catch(() => undefined);
  const samples: Sample[] = [];
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, "line")) as [string];
  const greeting = JSON.parse(first) as Greeting;
  lines.on("line", (line) => {
    const server = residentBytes(greeting.processId);
    if (server !== undefined)
      samples.push({ ...(JSON.parse(line) as Usage), server, seconds: performance.now() / 1000 });
  });
  return { ...greeting, samples, ended, kill: () => void child.kill("SIGKILL") };
}

/** Resident memory of a process, on Linux; undefined if it has ended. */
function residentBytes(processId: number): number | undefined {
  try {
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

/** Opens a stream of a server and subscribes to its run. */
export async function watch({ port, token }: Greeting, subscription: object): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/stream?token=${token}`, ["v1.fluxion"]);
  socket.on("error", () => undefined);
  await once(socket, "open");
  socket.send(JSON.stringify({ subscribe: { run: "watched", ...subscription } }));
  return socket;
}

/** Median of a quantity within the second and the last tenth of the samples, in MB, and the rise in percent. */
export function growth(samples: readonly Sample[], what: "heap" | "rss" | "server", name: string) {
  const tenth = (index: number): number => {
    const part = samples.slice((index * samples.length) / 10, ((index + 1) * samples.length) / 10 + 1);
    return quantile(
      part.map((sample) => sample[what]),
      0.5,
    );
  };
  const [early, late] = [tenth(1), tenth(9)];
  return {
    [`${name} MB, second tenth`]: rounded(early / 2 ** 20, 1),
    [`${name} MB, last tenth`]: rounded(late / 2 ** 20, 1),
    [`${name} rise %`]: rounded((late / early - 1) * 100, 1),
  };
}
