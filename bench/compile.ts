/** How long does it take to get from a loss to a running program, and how much memory does the program need? */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { networkCases } from "./support/networks.ts";
import { fairEnvironment } from "./support/worker.ts";

/*
 * npm run bench -- compile [--json]
 *
 * Each case is compiled in a fresh process, as a user's would be. The numbers are medians of five. Times are CPU
 * milliseconds: `imports` and `BLAS` once per process, `trace` for recording the loss, `compile` for differentiating,
 * rewriting, planning and emitting, `first` for the first evaluation, linearisation and product, which instantiate the
 * code. `scratch` is the scratch memory of all programs, and `/ needed` is its ratio to what live values need at least.
 */
const child = fileURLToPath(new URL("peers/compile.ts", import.meta.url));
const rounds = 5;

interface Sample {
  readonly imports: number;
  readonly blas: number;
  readonly trace: number;
  readonly compile: number;
  readonly first: number;
  readonly scratch: number;
  readonly lowerBound: number;
  readonly memory: number;
  readonly code: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const results = networkCases.map((network, index) => {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=fluxion-source", "--import", "tsx", child, String(index)],
      { env: fairEnvironment(), encoding: "utf8" },
    );
    const line = stdout.split("\n").find((text) => text.startsWith("{"));
    if (line === undefined) throw new Error(`${network.name}: ${stderr}`);
    samples.push(JSON.parse(line));
  }
  const of = (key: keyof Sample): number => median(samples.map((sample) => sample[key]));
  return {
    case: network.name,
    imports: of("imports"),
    blas: of("blas"),
    trace: of("trace"),
    compile: of("compile"),
    first: of("first"),
    scratch: of("scratch"),
    ratio: of("lowerBound") === 0 ? 1 : of("scratch") / of("lowerBound"),
    memory: of("memory"),
    code: of("code"),
  };
});

if (process.argv.includes("--json")) {
  console.log(
    JSON.stringify({ title: "compile", rounds, machine: { cpu: cpus()[0]?.model, node: process.version }, results }),
  );
} else {
  const head = [
    "case",
    "imports ms",
    "BLAS",
    "trace",
    "compile",
    "first",
    "scratch KB",
    "/ needed",
    "memory KB",
    "code KB",
  ];
  const rows = results.map((row) => [
    row.case,
    ...[row.imports, row.blas, row.trace, row.compile, row.first].map((ms) => ms.toFixed(1)),
    (row.scratch / 1024).toFixed(0),
    row.ratio.toFixed(2),
    (row.memory / 1024).toFixed(0),
    (row.code / 1024).toFixed(1),
  ]);
  console.log([head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n"));
}
