/** How long do three epochs of minibatch training take, beside JAX's scan and PyTorch? */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { orderOfEpoch } from "../src/problems/traced/orderOfEpoch.ts";
import { randomFrom } from "./support/random.ts";
import { quantile, quartiles, steadyRounds } from "./support/rounds.ts";
import { methods, type TrainingCase } from "./support/training.ts";
import { fairEnvironment, isPinned, startWorker, type Worker } from "./support/worker.ts";

/*
 * npm run bench -- training [--rounds 11] [--python /path/to/python]
 *
 * An MLP 784-128-10 with tanh on 6400 rows, batches of 64, float64. Each library runs in a process of its own on the same
 * core, with the same batches in the same order, and takes all steps in each round. Ratios are taken within a round.
 * *watched*: with the loss and the squared norm of the gradient of each step, which fluxion also writes as rows of an Arrow
 * file, and with loss and accuracy on 1000 held-out rows after each epoch.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "11"));
const python = option("python", process.env.PYTHON ?? "python3");

const training: TrainingCase = {
  inputs: 784,
  hidden: 128,
  classes: 10,
  samples: 6400,
  heldOut: 1000,
  batch: 64,
  epochs: 3,
};
const here = fileURLToPath(new URL(".", import.meta.url));
const node = ["--conditions=fluxion-source", "--import", "tsx", `${here}peers/training.ts`];
const starts: Readonly<Record<string, () => Promise<Worker | undefined>>> = {
  fluxion: () => startWorker("fluxion", process.execPath, node, fairEnvironment()),
  jax: () => startWorker("jax", python, [`${here}peers/training.py`, "jax"], fairEnvironment()),
  torch: () => startWorker("torch", python, [`${here}peers/training.py`, "torch"], fairEnvironment()),
};
const workers: Worker[] = [];
for (const [name, start] of Object.entries(starts)) {
  const worker = await start();
  if (worker === undefined)
    console.log(`skipped: ${name}, since ${python} has no such module (name another by --python)`);
  else workers.push(worker);
}

function writeCase(folder: string, { inputs, hidden, classes, samples, heldOut, epochs }: TrainingCase): void {
  const random = randomFrom(1);
  const normals = (length: number, size: number): Float64Array => Float64Array.from({ length }, () => size * random());
  const rows = samples + heldOut;
  const images = Float64Array.from({ length: rows * inputs }, () => Math.max(0, random()));
  writeFileSync(`${folder}/images.f64`, images);
  const labels = Int32Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < inputs; j += 7) sum += images[i * inputs + j]!;
    return Math.floor(10 * sum) % classes;
  });
  writeFileSync(`${folder}/labels.i32`, labels);
  const weights = inputs * hidden + hidden + hidden * classes + classes;
  writeFileSync(`${folder}/start.f64`, normals(weights, 0.05));
  const order = new Int32Array(epochs * samples);
  for (let epoch = 0; epoch < epochs; epoch++) order.set(orderOfEpoch(samples, 1, epoch), epoch * samples);
  writeFileSync(`${folder}/order.i32`, order);
}

const numbersOf = (file: string): Float64Array => {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

function distance(a: Float64Array, b: Float64Array): number {
  let [most, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(a[i]!));
  }
  return most / size;
}

const probeThere = async (): Promise<number> => Number((await workers[0]!.ask({ op: "probe" })).us);

const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
try {
  writeCase(folder, training);
  for (const worker of workers) await worker.ask({ op: "load", case: training, folder });
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    pinned: isPinned(),
    versions: workers.map(({ name, greeting }) => [name, greeting.version]),
  };
  console.log(`Times of three epochs divided by fluxion's, quartiles of ${rounds} rounds; ${JSON.stringify(machine)}`);
  console.log("| method | library | CPU ms | ratio | its end differs by |\n| --- | --- | --- | --- | --- |");
  for (const [method, watched] of methods.flatMap((name) => [false, true].map((also) => [name, also] as const))) {
    const { results, repeated, noisy } = await steadyRounds(rounds, probeThere, async () => {
      const times = new Map<string, number>();
      for (const worker of workers)
        times.set(worker.name, Number((await worker.ask({ op: "time", method, watched })).ms));
      return times;
    });
    const end = numbersOf(`${folder}/fluxion.${method}.f64`);
    for (const { name } of workers) {
      const times = results.map((round) => round.get(name)!);
      const ratios = results.map((round) => round.get(name)! / round.get("fluxion")!);
      const differs = distance(end, numbersOf(`${folder}/${name}.${method}.f64`)).toExponential(0);
      console.log(
        `| ${method}${watched ? ", watched" : ""} | ${name} | ${quantile(times, 0.5).toFixed(0)} | ${quartiles(ratios, 3)} | ${differs} |`,
      );
    }
    console.log(`(rounds repeated: ${repeated}, counted although the machine was slow: ${noisy})`);
  }
} finally {
  for (const worker of workers) worker.stop();
  rmSync(folder, { recursive: true });
}
