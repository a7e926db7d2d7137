/**
 * What does a logged row of eight numbers cost beside TensorBoard, W&B, Trackio, Aim and pyarrow?
 *
 *     npm run bench -- loggers [--rounds 5] [--scale 1] [--json] [--python /path/to/python]
 *
 * Each logger runs in a process of its own on one core, as its documentation says, told to flush every second where it
 * can be told. Per row: the CPU time of the process and of those that it starts, until everything is written. It is the
 * difference between many rows and a tenth of them, so that what happens once per run does not count. `on disk`: the
 * share of the bytes that is there one second after the last row, before the logger is closed. A logger that is not
 * installed is said to be missing: python3 -m venv peers && peers/bin/pip install tensorboardX torch tensorboard wandb
 * trackio aim pyarrow. Linux only, since CPU time is read from /proc.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./support/compare.ts";
import { fairEnvironment, isPinned } from "./support/worker.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    scale: { type: "string", default: "1" },
    python: { type: "string", default: "python3" },
    json: { type: "boolean", default: false },
  },
});
const [rounds, scale] = [Number(flags.rounds), Number(flags.scale)];
const here = fileURLToPath(new URL("peers/", import.meta.url));

interface Answer {
  /** CPU seconds. */
  readonly cpu: number;
  /** Share of the bytes that is on disk one second after the last row. */
  readonly share: number;
  readonly bytes: number;
  readonly version?: string;
}

/** Loggers with as many rows as they write in a few seconds. */
const loggers = [
  { name: "fluxion", rows: 1_000_000 },
  { name: "pyarrow", rows: 1_000_000 },
  { name: "Trackio", rows: 20_000 },
  { name: "W&B offline", rows: 20_000 },
  { name: "TensorBoard (tensorboardX)", rows: 20_000 },
  { name: "TensorBoard (torch)", rows: 20_000 },
  { name: "Aim", rows: 4_000 },
];

/** Logs so many rows with one logger. Undefined: it is not installed, or it failed, which is said. */
function log(name: string, rows: number): Answer | undefined {
  const directory = mkdtempSync(join(tmpdir(), "fluxion-loggers-"));
  try {
    const own = ["--conditions=fluxion-source", "--import", "tsx", `${here}loggers.ts`];
    const [command, args] = name === "fluxion" ? [process.execPath, own] : [flags.python, [`${here}loggers.py`, name]];
    const all = [command, ...args, String(rows), directory];
    const [file, ...rest] = isPinned() ? ["taskset", "-c", "1", ...all] : all;
    const { status, stdout, stderr } = spawnSync(file!, rest, {
      encoding: "utf8",
      env: fairEnvironment(),
      timeout: 120_000,
    });
    if (status === 0) return JSON.parse(stdout.trim().split("\n").at(-1)!) as Answer;
    const why = stderr?.trim().split("\n").at(-1) ?? `no ${flags.python}`;
    console.log(
      status === 3 ? `missing: ${name} (${why}; name another interpreter by --python)` : `failed: ${name}: ${why}`,
    );
    return undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const machine = { cpu: cpus()[0]?.model ?? "unknown", pinned: isPinned(), node: process.version };
console.log(`CPU us per row, medians of ${rounds} rounds; ${JSON.stringify(machine)}`);
console.log("| logger | version | rows | CPU us a row | beside fluxion | bytes a row | on disk after 1 s |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
let own = Number.NaN;
for (const { name, rows: most } of loggers) {
  const [rows, few] = [Math.round(most * scale), Math.round((most * scale) / 10)];
  const costs: number[] = [];
  const shares: number[] = [];
  let last: Answer | undefined;
  for (let round = 0; round < rounds; round++) {
    const [less, more] = [log(name, few), log(name, rows)];
    if (less === undefined || more === undefined) break;
    costs.push((1e6 * (more.cpu - less.cpu)) / (rows - few));
    shares.push(more.share);
    last = { ...more, bytes: (more.bytes - less.bytes) / (rows - few) };
  }
  if (last === undefined) continue;
  const cost = median(costs);
  if (name === "fluxion") own = cost;
  const share = `${(100 * Math.min(...shares)).toFixed(1)} %`;
  const times = name === "fluxion" ? "" : `${cost < 10 * own ? (cost / own).toFixed(1) : Math.round(cost / own)} times`;
  const cells = [name, last.version ?? "", rows.toLocaleString("en"), cost.toPrecision(3), times];
  console.log(`| ${[...cells, last.bytes.toFixed(0), share].join(" | ")} |`);
  if (flags.json)
    console.log(JSON.stringify({ logger: name, us: cost, bytes: last.bytes, share: Math.min(...shares) }));
}
