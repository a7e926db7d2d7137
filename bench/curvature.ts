/** How long does a product with a curvature matrix take, beside JAX and curvlinops (PyTorch)? */
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { curvatureBenchCases, products } from "./support/curvature.ts";
import { quantile, quartiles, steadyRounds } from "./support/rounds.ts";
import { fairEnvironment, isPinned, startWorker, type Worker } from "./support/worker.ts";

/*
 * npm run bench -- curvature [--rounds 7] [--seconds 0.05] [--python /path/to/python]
 *
 * Networks of one hidden tanh layer with cross-entropy, float64. Each library runs in a process of its own on the same
 * core; what does not depend on the vector is done before the measurement, where the library can. Ratios are taken within
 * a round.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "7"));
const seconds = Number(option("seconds", "0.05"));
const python = option("python", process.env.PYTHON ?? "python3");

const here = fileURLToPath(new URL(".", import.meta.url));
const node = ["--conditions=fluxion-source", "--import", "tsx", `${here}peers/curvature.ts`];
const workers: Worker[] = [];
for (const name of ["fluxion", "jax", "curvlinops"]) {
  const [command, args] = name === "fluxion" ? [process.execPath, node] : [python, [`${here}peers/curvature.py`, name]];
  const worker = await startWorker(name, command, args, fairEnvironment());
  if (worker === undefined)
    console.log(`skipped: ${name}, since ${python} has no such module (name another by --python)`);
  else workers.push(worker);
}

const probeThere = async (): Promise<number> => Number((await workers[0]!.ask({ op: "probe" })).us);

try {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    pinned: isPinned(),
    versions: workers.map(({ name, greeting }) => [name, greeting.version]),
  };
  console.log(`Times divided by fluxion's, quartiles of ${rounds} rounds; ${JSON.stringify(machine)}`);
  console.log(
    "| network | n | product | library | CPU us | ratio | differs by |\n| --- | --- | --- | --- | --- | --- | --- |",
  );
  for (const given of curvatureBenchCases) {
    for (const product of products) {
      const ends = new Map<string, readonly number[]>();
      for (const worker of workers) {
        ends.set(worker.name, (await worker.ask({ op: "load", case: given, product })).result as readonly number[]);
      }
      const count = given.samples > 500 || product.startsWith("exampleGradients") ? 1 : 10;
      const { results } = await steadyRounds(rounds, probeThere, async () => {
        const times = new Map<string, number>();
        for (const worker of workers)
          times.set(worker.name, Number((await worker.ask({ op: "time", count, seconds })).us));
        return times;
      });
      const own = ends.get("fluxion")!;
      const size = Math.max(...own.map(Math.abs));
      for (const { name } of workers) {
        const times = results.map((round) => round.get(name)!);
        const ratios = results.map((round) => round.get(name)! / round.get("fluxion")!);
        const differs = Math.max(...ends.get(name)!.map((x, i) => Math.abs(x - own[i]!))) / size;
        const network = `${given.inputs}-${given.hidden}-${given.classes}`;
        console.log(
          `| ${network} | ${given.samples} | ${product} | ${name} | ${quantile(times, 0.5).toFixed(1)} | ` +
            `${quartiles(ratios)} | ${differs.toExponential(0)} |`,
        );
      }
    }
  }
} finally {
  for (const worker of workers) worker.stop();
}
