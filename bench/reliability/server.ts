import { readFileSync } from "node:fs";
import { startFluxion } from "../../test/support/command.ts";
import { isOpen, reconnect, until } from "../../test/support/processes.ts";
import { add, type Section } from "./section.ts";
import { slowRounds } from "./slowRun.ts";

/** More than four would wait for the next minute. */
const killsPerRun = 4;

/** Process of the server of a command, on Linux; undefined while there is none. */
function serverOf(command: number): number | undefined {
  const children = readFileSync(`/proc/${command}/task/${command}/children`, "utf8").trim().split(" ").filter(Boolean);
  for (const child of children) {
    try {
      if (readFileSync(`/proc/${child}/cmdline`, "utf8").includes("serverProcess")) return Number(child);
    } catch {
      // It has ended meanwhile.
    }
  }
  return undefined;
}

/** SIGKILL of the server's process alone, while a viewer is connected. */
export const server: Section = {
  name: "server",
  promise: "a run does not notice when its server is killed, and viewers find the next one on the same port",
  shortPart: 0.2,
  isDone: ({ kills: count = 0 }, part) => count >= 20 * part,
  begin: () =>
    slowRounds("server", { steps: 500, milliseconds: 4 }, async ({ slow, random, out, before }) => {
      const started = startFluxion(slow.args(out), slow.folder);
      const [, port, token] = await started.says(/page: http:\/\/127\.0\.0\.1:(\d+)\/\S*token=(\S+)/);
      const address = { port: Number(port), token: token! };
      const command = started.process.pid!;
      let kills = 0;
      let longest = before["longest ms without a server"] ?? 0;
      for (; kills < killsPerRun; kills++) {
        const viewer = await reconnect(address);
        await viewer.message("runs");
        await new Promise((resolve) => setTimeout(resolve, 800 * random.uniform()));
        const old = serverOf(command);
        if (old === undefined) throw new Error(`${out}: the run has ended after ${kills} kills of its server`);
        process.kill(old, "SIGKILL");
        const killed = performance.now();
        await viewer.closed;
        await until(async () => (await isOpen(address.port)) && serverOf(command) !== old, "server on the same port");
        longest = Math.max(longest, Math.round(performance.now() - killed));
      }
      const { code, stderr } = await started.ended;
      if (code !== 0) throw new Error(`${out}: ${stderr}`);
      slow.assertWhole(out);
      if (await isOpen(address.port)) throw new Error(`${out}: the port is still open`);
      return { ...add(before, { runs: 1, kills, "different bits": 0 }), "longest ms without a server": longest };
    }),
};
