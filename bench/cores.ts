/** How fast are gradients and Hessian-vector products on all cores, beside JAX and PyTorch as they are installed? */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeCores } from "./support/freeCores.ts";
import { manyDigits, type NetworkCase, networkCases, shapesOf, writeNetwork } from "./support/networks.ts";
import { quantile, quartiles, steadyRounds } from "./support/rounds.ts";
import { freeEnvironment, startWorker, type Worker } from "./support/worker.ts";

/*
 * npm run bench -- cores [--rounds 11] [--seconds 0.3] [--python /path/to/python]
 *
 * Wall times of libraries in processes of their own, none of which is pinned or told a number of threads. They take turns,
 * round by round, and ratios are taken within a round. A round before or after which the cores were not free is repeated.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "11"));
const seconds = Number(option("seconds", "0.3"));
/** Milliseconds after which threads without work sleep; those of OpenMP look for some for 200. */
const calm = 400;
const python = option("python", process.env.PYTHON ?? "python3");

const here = fileURLToPath(new URL(".", import.meta.url));
const node = ["--conditions=fluxion-source", "--import", "tsx", `${here}peers/hvp.ts`];
const own = (name: string, extra: Readonly<Record<string, string>>): Promise<Worker | undefined> =>
  startWorker(name, process.execPath, node, freeEnvironment(extra), { free: true });
const peer = (name: string): Promise<Worker | undefined> =>
  startWorker(name, python, [`${here}peers/hvp.py`, name], freeEnvironment(), { free: true });

const workers: Worker[] = [];
for (const start of [
  () => own("fluxion", {}),
  () => own("one thread", { FLUXION_THREADS: "1" }),
  () => peer("jax"),
  () => peer("torch"),
]) {
  const worker = await start();
  if (worker !== undefined) workers.push(worker);
}
if (workers.length < 4)
  console.log(`skipped: what ${python} does not have of jax and torch (name another by --python)`);

const cases: readonly NetworkCase[] = [networkCases[5]!, manyDigits, networkCases[11]!, networkCases[12]!];

async function measure(network: NetworkCase): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
  try {
    writeNetwork(network, folder);
    for (const worker of workers) {
      const name = worker.name.replaceAll(" ", "-");
      await worker.ask({ op: "load", case: network, shapes: shapesOf(network), folder, name, reduceSamples: false });
    }
    for (const what of ["gradient", "hvp"] as const) {
      const { results, noisy } = await steadyRounds(rounds, freeCores, async () => {
        const times = new Map<string, number>();
        for (const worker of workers) {
          // Threads of the library before go on looking for work for a while, on cores that this one wants.
          await new Promise((resolve) => setTimeout(resolve, calm));
          times.set(worker.name, Number((await worker.ask({ op: "time", what, seconds, clock: "wall" })).us));
        }
        return times;
      });
      const timesOf = (name: string): readonly number[] => results.map((round) => round.get(name)!);
      const ours = timesOf("fluxion");
      const ratios = workers.slice(1).map(({ name }) =>
        quartiles(
          timesOf(name).map((time, round) => time / ours[round]!),
          3,
        ),
      );
      const cells = [network.name, what, (quantile(ours, 0.5) / 1000).toPrecision(3), ...ratios, noisy];
      console.log(`| ${cells.join(" | ")} |`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const versions = workers.map(({ name, greeting }) => `${name} ${greeting.version}`).join(", ");
console.log(`Wall times divided by fluxion's, ${availableParallelism()} cores of ${cpus()[0]?.model}; ${versions}`);
const head = ["network", "what", "ms", ...workers.slice(1).map(({ name }) => name), "rounds without free cores"];
console.log(`| ${head.join(" | ")} |\n| ${head.map(() => "---").join(" | ")} |`);
try {
  for (const network of cases) await measure(network);
} finally {
  for (const worker of workers) worker.stop();
}
