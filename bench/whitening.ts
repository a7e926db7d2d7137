/** How long does PCA whitening take, beside numpy's singular value decomposition? */
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { quantile, quartiles } from "./support/rounds.ts";
import { fairEnvironment, isPinned, startWorker, type Worker } from "./support/worker.ts";

/*
 * npm run bench -- whitening [--rounds 5] [--python /path/to/python] [--portable]
 *
 * numpy computes numpy.linalg.svd(X, full_matrices=False); fluxion the matrix of `whitening(X)` with its checks and its
 * copy. Each runs in a process of its own on one core with one BLAS thread. "same library" is fluxion with the OpenBLAS
 * of numpy's wheel; `--portable` adds fluxion without any LAPACK, once.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "5"));
const python = option("python", process.env.PYTHON ?? "python3");
const cases = [
  { samples: 10_000, features: 1000 },
  { samples: 2000, features: 784 },
  { samples: 300, features: 3072 },
  { samples: 1797, features: 64 },
];

const here = fileURLToPath(new URL(".", import.meta.url));
const node = ["--conditions=fluxion-source", "--import", "tsx", `${here}peers/whitening.ts`];
const workers: Worker[] = [];
const start = async (name: string, blas?: string): Promise<void> => {
  const environment = fairEnvironment(blas === undefined ? {} : { FLUXION_BLAS: blas });
  const worker =
    name === "numpy"
      ? await startWorker(name, python, [`${here}peers/whitening.py`], environment)
      : await startWorker(name, process.execPath, node, environment);
  if (worker === undefined) console.log(`skipped: ${name}, since ${python} has no numpy (name another by --python)`);
  else workers.push(worker);
};
await start("numpy");
await start("fluxion");
const wheel = workers.find(({ name }) => name === "numpy")?.greeting.library;
if (typeof wheel === "string" && wheel !== "") await start("fluxion, same library", wheel);
const portable = process.argv.includes("--portable");
if (portable) await start("fluxion, portable", "off");

try {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    pinned: isPinned(),
    versions: workers.map(({ name, greeting }) => [name, greeting.version]),
  };
  console.log(`CPU times, ratios to numpy within a round, quartiles of ${rounds} rounds; ${JSON.stringify(machine)}`);
  console.log("| samples x features | program | CPU ms | ratio | singular values differ by |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const given of cases) {
    const spectra = new Map<string, readonly number[]>();
    for (const worker of workers) await worker.ask({ op: "load", ...given });
    const results: Map<string, number>[] = [];
    for (let round = 0; round < rounds; round++) {
      const times = new Map<string, number>();
      for (const worker of workers) {
        if (worker.name === "fluxion, portable" && round > 0) continue;
        const { ms, values } = await worker.ask({ op: "time" });
        times.set(worker.name, Number(ms));
        spectra.set(worker.name, values as readonly number[]);
      }
      results.push(times);
    }
    const first = workers[0]!.name;
    const known = spectra.get(first)!;
    for (const { name } of workers) {
      const own = results.filter((times) => times.has(name));
      const ratios = own.map((times) => times.get(name)! / times.get(first)!);
      const differs = Math.max(...spectra.get(name)!.map((value, k) => Math.abs(value - known[k]!))) / known[0]!;
      console.log(
        `| ${given.samples} x ${given.features} | ${name} | ${quantile(
          own.map((times) => times.get(name)!),
          0.5,
        ).toFixed(0)} | ${quartiles(ratios)} | ${differs.toExponential(0)} |`,
      );
    }
  }
} finally {
  for (const worker of workers) worker.stop();
}
