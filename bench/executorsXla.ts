/** How fast is the executor `xla`, beside JAX and fluxion's own executor, and what does one call cost? */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NetworkCase, networkCases, shapesOf, writeNetwork } from "./support/networks.ts";
import { quantile, quartiles, steadyRounds } from "./support/rounds.ts";
import { fairEnvironment, isPinned, startWorker, type Worker } from "./support/worker.ts";

/*
 * npm run bench -- executorsXla [--rounds 7] [--seconds 0.1] [--only 0,1,2] [--python /path/to/python]
 *
 * The losses, data and points of bench/hvp.ts, each library in a process of its own on the same core. Ratios are times
 * divided by those of fluxion's own executor, taken within a round.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "7"));
const seconds = Number(option("seconds", "0.1"));
const python = option("python", process.env.PYTHON ?? "python3");

const named = (name: string): NetworkCase => networkCases.find((network) => network.name.startsWith(name))!;
const cases = [named("tanh 784-256-784"), named("swish 16-8-16, N=1000"), networkCases.at(-1)!];
const only = option("only", cases.map((_, i) => i).join()).split(",");

const here = fileURLToPath(new URL(".", import.meta.url));
const worker = (file: string): readonly string[] => ["--conditions=fluxion-source", "--import", "tsx", here + file];
const starts: readonly (() => Promise<Worker | undefined>)[] = [
  () => startWorker("fluxion", process.execPath, worker("peers/hvp.ts"), fairEnvironment()),
  () => startWorker("xla", process.execPath, worker("peers/hvp.ts"), fairEnvironment({ FLUXION_EXECUTOR: "xla" })),
  () => startWorker("jax", python, [`${here}peers/hvp.py`, "jax"], fairEnvironment()),
];
const workers: Worker[] = [];
for (const start of starts) {
  const started = await start();
  if (started !== undefined) workers.push(started);
}
const [ours] = workers as [Worker];
for (const name of ["xla", "jax"]) {
  if (!workers.some((each) => each.name === name)) console.log(`skipped: ${name}, which does not start here`);
}

function read(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function difference(a: Float64Array, b: Float64Array): number {
  let [most, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(a[i]!));
  }
  return most / size;
}

async function measure(network: NetworkCase): Promise<void> {
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
      const expected = read(`${folder}/fluxion.${what}.f64`);
      const row = present.slice(1).map(({ name }) => {
        const ratio = quartiles(results.map((times) => times.get(name)! / times.get("fluxion")!));
        const off = difference(expected, read(`${folder}/${name}.${what}.f64`));
        return `${name} ${us(name).toPrecision(3)} us (${ratio}), differs by ${off.toExponential(0)}`;
      });
      console.log(`${network.name}, ${what}: fluxion ${us("fluxion").toPrecision(3)} us; ${row.join("; ")}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const machine = { cpu: cpus()[0]?.model ?? "unknown", pinned: isPinned() };
console.log(`CPU time, medians of ${rounds} rounds (quartiles of the ratios to fluxion's); ${JSON.stringify(machine)}`);
for (const index of only) await measure(cases[Number(index)]!);
for (const each of workers) each.stop();
