/** Runs an experiment at the loop's full rate, with and without somebody who watches. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Somebody who watches as the page does, from one second after the start. */
interface Seen {
  /** Milliseconds from the subscription to the first rows. */
  readonly first: number;
  /** Greatest number of milliseconds between two messages of rows. */
  readonly longest: number;
}

interface FullRate {
  /** CPU us of the run's process per iterate; its server is another process. */
  readonly cpu: number;
  readonly seen: Seen | undefined;
}

/** CPU seconds of a process alone. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Runs so many steps. `how`: with nobody but the files, with the page's server, or with a viewer too. */
export async function runAtFullRate(steps: number, how: "alone" | "served" | "watched"): Promise<FullRate> {
  const directory = mkdtempSync(join(tmpdir(), "fluxion-rate-"));
  const flags = ["--conditions=fluxion-source", "--import", "tsx", `${root}src/cli/main.ts`, "run"];
  const own = [`${root}bench/peers/fullRate.ts`, "--steps", String(steps), "--out", join(directory, "run")];
  const child = spawn(process.execPath, [...flags, ...own, ...(how === "alone" ? ["--no-serve"] : ["--serve"])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    let said = "";
    let watching: Promise<Seen> | undefined;
    const ended = new Promise<number>((resolve, reject) => {
      const read = (text: Buffer): void => {
        said += String(text);
        const url = /http:\S+/.exec(said)?.[0];
        if (how === "watched" && url !== undefined) watching ??= watch(url);
        // The line comes when the search is over; the process may stay for its page.
        if (said.includes("all rows are in")) resolve(cpuOf(child.pid!));
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("exit", () => reject(new Error(said)));
    });
    const cpu = await ended;
    return { cpu: (1e6 * cpu) / steps, seen: await watching };
  } finally {
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}

async function watch(page: string): Promise<Seen> {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const url = new URL(page);
  const address = `ws://${url.host}/stream?token=${url.searchParams.get("token")}`;
  const socket = new WebSocket(address, ["v1.fluxion"]);
  return new Promise((resolve) => {
    let [began, last, first, longest] = [0, 0, Number.NaN, 0];
    socket.on("message", (data: Buffer, isBinary) => {
      const now = performance.now();
      if (isBinary) {
        if (Number.isNaN(first)) first = now - began;
        else longest = Math.max(longest, now - last);
        last = now;
        return;
      }
      const message = JSON.parse(String(data)) as { runs?: readonly { name: string }[]; ended?: unknown };
      if (message.runs?.[0] !== undefined && began === 0) {
        began = now;
        const { name } = message.runs[0];
        socket.send(JSON.stringify({ subscribe: { run: name, points: 8000, maxRate: 400, progressive: true } }));
      }
      if (message.ended !== undefined) socket.close();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve({ first, longest }));
  });
}
