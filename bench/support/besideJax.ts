/** The executor `xla` beside JAX and fluxion's own, each in a process of its own on the same core. */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NetworkCase, networkNamed, shapesOf, writeNetwork } from "./networks.ts";
import { largestDifference, readNumbers } from "./results.ts";
import { quantile, quartiles, steadyRounds } from "./rounds.ts";
import { fairEnvironment, isPinned, startWorker, type Worker } from "./worker.ts";

export interface BesideJaxOptions {
  readonly rounds: number;
  /** Seconds of each measurement. */
  readonly seconds: number;
  /** Interpreter that has JAX. */
  readonly python: string;
  /** Places of the cases to measure. Default: all. */
  readonly only?: readonly number[] | undefined;
}

const cases = ["tanh 784-256-784, N=1000", "swish 16-8-16, N=10000", "tanh, average, 1-8-16-10 of 8x8, N=256"].map(
  networkNamed,
);

const here = fileURLToPath(new URL("../", import.meta.url));
const worker = (file: string): readonly string[] => ["--conditions=fluxion-source", "--import", "tsx", here + file];
async function measure(
  network: NetworkCase,
  workers: readonly Worker[],
  { rounds, seconds }: BesideJaxOptions,
): Promise<void> {
  const [ours] = workers as readonly [Worker];
  const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
  try {
    writeNetwork(network, folder);
    const present: Worker[] = [];
    for (const each of workers) {
      const command = { op: "load", case: network, shapes: shapesOf(network), folder, name: each.name };
      if ((await each.ask({ ...command, reduceSamples: false })).ok === true) present.push(each);
    }
    for (const what of ["gradient", "hvp"]) {
      const { results } = await steadyRounds(
        rounds,
        async () => Number((await ours.ask({ op: "probe" })).us),
        async (warming) => {
          const times = new Map<string, number>();
          for (const { name, ask } of present) {
            times.set(name, Number((await ask({ op: "time", what, seconds: warming ? seconds / 2 : seconds })).us));
          }
          return times;
        },
      );
      const us = (name: string): number =>
        quantile(
          results.map((times) => times.get(name)!),
          0.5,
        );
      const expected = readNumbers(`${folder}/fluxion.${what}.f64`);
      const row = present.slice(1).map(({ name }) => {
        const ratio = quartiles(results.map((times) => times.get(name)! / times.get("fluxion")!));
        const off = largestDifference(expected, readNumbers(`${folder}/${name}.${what}.f64`));
        return `${name} ${us(name).toPrecision(3)} us (${ratio}), differs by ${off.toExponential(0)}`;
      });
      console.log(`${network.name}, ${what}: fluxion ${us("fluxion").toPrecision(3)} us; ${row.join("; ")}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Prints how long gradients and products of networks take: those of bench/hvp.ts. Ratios are times divided by those of
 * fluxion's own executor, taken within a round.
 */
export async function besideJax(options: BesideJaxOptions): Promise<void> {
  const { rounds, python, only = cases.map((_, i) => i) } = options;
  const workers = await startAll(python);
  const machine = { cpu: cpus()[0]?.model ?? "unknown", pinned: isPinned() };
  console.log(
    `CPU time, medians of ${rounds} rounds (quartiles of the ratios to fluxion's); ${JSON.stringify(machine)}`,
  );
  for (const index of only) await measure(cases[index]!, workers, options);
  for (const each of workers) each.stop();
}

async function startAll(python: string): Promise<readonly Worker[]> {
  const hvp = worker("peers/hvp.ts");
  const workers: Worker[] = [];
  for (const started of [
    await startWorker("fluxion", process.execPath, hvp, fairEnvironment()),
    await startWorker("xla", process.execPath, hvp, fairEnvironment({ FLUXION_EXECUTOR: "xla" })),
    await startWorker("jax", python, [`${here}peers/hvp.py`, "jax"], fairEnvironment()),
  ]) {
    if (started !== undefined) workers.push(started);
  }
  for (const name of ["xla", "jax"]) {
    if (!workers.some((each) => each.name === name)) console.log(`skipped: ${name}, which does not start here`);
  }
  return workers;
}
