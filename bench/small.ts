/** How fast are solvers of small problems, beside JAX's with their whole loop inside one jitted function? */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dimensionOf, type NetworkCase, networkCases, shapesOf, writeNetwork } from "./support/networks.ts";
import { readNumbers } from "./support/results.ts";
import { fairEnvironment, isPinned, startWorker } from "./support/worker.ts";

/*
 * npm run bench -- small [--json] [--rounds 11] [--seconds 0.1] [--python /path/to/python]
 *
 * Both libraries run on the same core and take turns, round by round. Ratios are taken within a round. JAX's solvers
 * are written by hand around its jitted linear map (or around jvp of grad), in lax.fori_loop and in lax.while_loop, and
 * the fastest form counts. Its MINRES and CG test nothing but the count, or whether a number is finite; fluxion's tests
 * for convergence run in every iteration.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "11"));
const seconds = Number(option("seconds", "0.1"));
const python = option("python", process.env.PYTHON ?? "python3");

const swish: NetworkCase = { ...networkCases[6]!, samples: 16, name: "swish 16-8-16, N=16" };
const cases = [networkCases[0]!, swish, networkCases[7]!];

/** A row: what fluxion does, and the tasks of JAX with which it is compared. */
const rows: readonly {
  readonly title: string;
  readonly own: string;
  readonly peers: Readonly<Record<string, string>>;
}[] = [
  { title: "product H v", own: "product", peers: { dispatched: "product" } },
  { title: "products in a loop", own: "product loop", peers: { "jitted loop": "product loop" } },
  { title: "MINRES-QLP, an iteration", own: "minres", peers: { "jitted loop": "minres", "CG, jitted loop": "cg" } },
  { title: "the same with all updates of QLP", own: "minres qlp", peers: { "jitted loop": "minres" } },
  { title: "the same with vectors apart", own: "minres apart", peers: { "jitted loop": "minres" } },
  { title: "Lanczos and its Ritz values, a step of 50", own: "lanczos", peers: { "jitted loop": "lanczos" } },
  { title: "gradient step", own: "gradient loop", peers: { "jitted loop": "gradient loop" } },
];
const columns = ["dispatched", "jitted loop", "CG, jitted loop"];

const here = fileURLToPath(new URL(".", import.meta.url));
const node = ["--conditions=fluxion-source", "--import", "tsx", `${here}peers/small.ts`];
const own = (await startWorker("fluxion", process.execPath, node, fairEnvironment()))!;
const jax = await startWorker("jax", python, [`${here}peers/small.py`, "jax"], fairEnvironment());

function quartiles(values: readonly number[]): readonly [low: number, median: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!;
  return [at(0.25), at(0.5), at(0.75)];
}

/** The largest difference of what both found, relative to the largest entry. */
function difference(folder: string, task: string): number {
  const [a, b] = ["fluxion", "jax"].map((name) => readNumbers(`${folder}/${name}.${task.replaceAll(" ", "-")}.f64`));
  const size = a!.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return a!.reduce((most, x, i) => Math.max(most, Math.abs(x - b![i]!)), 0) / size;
}

const found: object[] = [];
for (const network of cases) {
  const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
  try {
    writeNetwork(network, folder);
    const command = { op: "load", case: network, shapes: shapesOf(network), folder };
    await own.ask(command);
    await jax?.ask(command);
    const ours = new Map<string, number[]>(rows.map((row) => [row.own, []]));
    const theirs = new Map<string, number[]>(rows.flatMap((row) => Object.values(row.peers).map((task) => [task, []])));
    for (let round = -2; round < rounds; round++) {
      for (const [worker, times] of [
        [own, ours],
        [jax, theirs],
      ] as const) {
        for (const [what, list] of times) {
          const { us } = (await worker?.ask({ op: "time", what, seconds })) ?? {};
          if (round >= 0 && typeof us === "number") list.push(us);
        }
      }
    }
    if (!process.argv.includes("--json")) {
      const head = [`${network.name}, n=${dimensionOf(network)}`, "us", ...columns.map((name) => `jax, ${name}`)];
      console.log(`\n| ${head.join(" | ")} |\n| ${head.map(() => "---").join(" | ")} |`);
    }
    for (const { title, own: task, peers } of rows) {
      const base = ours.get(task)!;
      const ratios = columns.map((column) => {
        const times = theirs.get(peers[column] ?? "") ?? [];
        return times.length === 0 ? undefined : quartiles(times.map((us, i) => us / base[i]!));
      });
      found.push({
        case: network.name,
        title,
        us: quartiles(base),
        ratios: Object.fromEntries(columns.map((c, i) => [c, ratios[i]])),
      });
      if (process.argv.includes("--json")) continue;
      const shown = ratios.map((ratio) =>
        ratio === undefined
          ? "-"
          : `${ratio[1].toPrecision(2)} (${ratio[0].toPrecision(2)} to ${ratio[2].toPrecision(2)})`,
      );
      console.log(`| ${[title, quartiles(base)[1].toPrecision(3), ...shown].join(" | ")} |`);
    }
    if (jax !== undefined && !process.argv.includes("--json")) {
      const differences = ["product", "minres", "lanczos", "gradient loop"].map((task) => difference(folder, task));
      console.log(`largest difference: ${Math.max(...differences).toExponential(0)}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
own.stop();
jax?.stop();
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  os: `${process.platform} ${release()}`,
  pinned: isPinned(),
  versions: { node: own.greeting.version, jax: jax?.greeting.version },
};
if (process.argv.includes("--json"))
  console.log(JSON.stringify({ title: "small", rounds, seconds, machine, rows: found }));
else
  console.log(
    `\nJAX's times divided by fluxion's, median and quartiles of ${rounds} rounds; ${JSON.stringify(machine)}`,
  );
if (jax === undefined)
  console.log("skipped: JAX, since it was not found (name an interpreter that has it by --python)");
