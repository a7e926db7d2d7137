/** How fast are Hessian-vector products and gradients, beside PyTorch, JAX, autograd and the matrix products alone? */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NetworkCase, networkCases, shapesOf, writeNetwork } from "./support/networks.ts";
import { largestDifference, readNumbers } from "./support/results.ts";
import { quantile, quartiles, steadyRounds } from "./support/rounds.ts";
import { fairEnvironment, isPinned, startWorker, type Worker } from "./support/worker.ts";

/*
 * npm run bench -- hvp [--json] [--rounds 11] [--seconds 0.1] [--only 0,3] [--python /path/to/python]
 *
 * Each library runs in a process of its own on the same core. They take turns, round by round, and a round in which the
 * machine was slow is repeated. Ratios are taken within a round; their quartiles and medians are shown. Hessian-vector products are at a fixed point, with all work that does not
 * depend on v done before.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "11"));
const seconds = Number(option("seconds", "0.1"));
const python = option("python", process.env.PYTHON ?? "python3");
const only = option("only", networkCases.map((_, i) => i).join())
  .split(",")
  .map(Number);
const json = process.argv.includes("--json");

const here = fileURLToPath(new URL(".", import.meta.url));
const node = ["--conditions=fluxion-source", "--import", "tsx", `${here}peers/hvp.ts`];
const own = (name: string, extra: Readonly<Record<string, string>>): Promise<Worker | undefined> =>
  startWorker(name, process.execPath, node, fairEnvironment(extra));
const peer = (name: string): Promise<Worker | undefined> =>
  startWorker(name, python, [`${here}peers/hvp.py`, name], fairEnvironment());

/** Name of the worker that reduces the data of linear networks, which is exact. The other workers use all samples. */
const reduced = "data reduced";
const workers: Worker[] = [];
for (const start of [
  () => own("fluxion", {}),
  () => own("products as written", { FLUXION_REGROUP: "off" }),
  () => own(reduced, {}),
  () => own("without BLAS", { FLUXION_BLAS: "off" }),
  () => own("without native kernels", { FLUXION_NATIVE: "off" }),
  () => peer("torch"),
  () => peer("jax"),
  () => peer("autograd"),
]) {
  const worker = await start();
  if (worker !== undefined) workers.push(worker);
}
const ours = workers[0]!;

const probeThere = async (): Promise<number> => Number((await ours.ask({ op: "probe" })).us);

interface Row {
  readonly case: string;
  readonly what: string;
  readonly us: number;
  /** Times divided by ours: first quartile, median and third quartile of the rounds. */
  readonly ratios: Readonly<Record<string, string>>;
  /** Number of rounds in which the machine was slower than usual. */
  readonly noisy: number;
  readonly differences: Readonly<Record<string, number>>;
}

async function measure(network: NetworkCase): Promise<readonly Row[]> {
  const isLinear = network.activation === "linear" && network.kind === "autoencoder";
  const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
  try {
    writeNetwork(network, folder);
    const present: Worker[] = [];
    for (const worker of workers) {
      const name = worker.name.replaceAll(" ", "-");
      const reduceSamples = worker.name === reduced;
      if (reduceSamples && !isLinear) continue;
      const shapes = shapesOf(network);
      const { ok } = await worker.ask({ op: "load", case: network, shapes, folder, name, reduceSamples });
      if (ok === true) present.push(worker);
    }
    const rows: Row[] = [];
    for (const what of ["hvp", "gradient"] as const) {
      const contestants = [
        ...present.map((worker) => ({ name: worker.name, worker, what: what as string })),
        { name: "products alone", worker: ours, what: `${what} products` },
      ];
      const { results, noisy } = await steadyRounds(rounds, probeThere, async (warming) => {
        const times = new Map<string, number>();
        for (const { name, worker, what: task } of contestants) {
          const { us } = await worker.ask({ op: "time", what: task, seconds: warming ? seconds / 2 : seconds });
          if (typeof us === "number") times.set(name, us);
        }
        return times;
      });
      const us = quantile(
        results.map((times) => times.get(ours.name)!),
        0.5,
      );
      const ratios: Record<string, string> = {};
      for (const { name } of contestants) {
        const list = results.flatMap((times) => {
          const time = times.get(name);
          return time === undefined ? [] : [time / times.get(ours.name)!];
        });
        if (name !== ours.name && list.length > 0) ratios[name] = quartiles(list);
      }
      const expected = readNumbers(`${folder}/fluxion.${what}.f64`);
      const differences: Record<string, number> = {};
      for (const { name } of present.slice(1)) {
        differences[name] = largestDifference(
          expected,
          readNumbers(`${folder}/${name.replaceAll(" ", "-")}.${what}.f64`),
        );
      }
      rows.push({ case: network.name, what, us, ratios, noisy, differences });
      if (!json) console.log(`${network.name}, ${what}: ${us.toPrecision(3)} us; ${JSON.stringify(ratios)}`);
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const columns = [...workers.slice(1).map(({ name }) => name), "products alone"];
const all: Row[] = [];
for (const index of only) all.push(...(await measure(networkCases[index]!)));
for (const worker of workers) worker.stop();

const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  os: `${process.platform} ${release()}`,
  pinned: isPinned(),
  versions: Object.fromEntries(workers.map(({ name, greeting }) => [name, greeting.version])),
  executor: ours.greeting.executor,
};
if (json) {
  console.log(JSON.stringify({ title: "hvp", rounds, seconds, machine, rows: all }));
} else {
  console.log(`Times divided by fluxion's, on one core; ${JSON.stringify(machine)}`);
  for (const what of ["hvp", "gradient"]) {
    const name = what === "hvp" ? "Hessian-vector product" : "gradient";
    const head = [name, "us", ...columns, "slow rounds", "largest difference"];
    const body = all
      .filter((row) => row.what === what)
      .map((row) => [
        row.case,
        row.us.toPrecision(3),
        ...columns.map((name) => row.ratios[name] ?? "-"),
        row.noisy.toString(),
        Math.max(...Object.values(row.differences)).toExponential(0),
      ]);
    const lines = [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`);
    console.log(`\n${lines.join("\n")}`);
  }
}
