/**
 * Checks that the default run has the same rows, bit for bit, in every version of Node and whatever the environment says
 * of BLAS and multiply-add, and the same end with each kernel of OpenBLAS that this processor has.
 *
 *     tsx scripts/sameEverywhere.ts [node ...]      paths of further versions of Node
 *
 * It prints a digest of all rows except `seconds`, which can be compared between machines. The exit code is 1 if
 * something differs.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RecordBatchReader, Table } from "apache-arrow";
import { describeBlas } from "../src/linalg/blas/blas.ts";
import { areTooWide, thisProcessor } from "../src/linalg/blas/kernels.ts";

const command = [
  "--conditions=fluxion-source",
  "--import",
  fileURLToPath(import.meta.resolve("tsx")),
  fileURLToPath(new URL("../src/cli/main.ts", import.meta.url)),
];
const scratch = mkdtempSync(join(tmpdir(), "same-everywhere-"));

interface Outcome {
  readonly digest: string;
  readonly end: string;
}

function run(node: string, flags: readonly string[], variables: Readonly<Record<string, string>>): Outcome {
  const out = mkdtempSync(join(scratch, "run-"));
  const { status, stderr } = spawnSync(node, [...command, "run", ...flags, "--no-serve", "--out", out], {
    env: { ...process.env, ...variables },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${node} failed: ${stderr}`);
  const hash = createHash("sha256");
  for (const name of ["trajectory", "search"]) {
    const table = new Table([...RecordBatchReader.from(readFileSync(join(out, name, "iterates-0001.arrows")))]);
    for (const { name: column } of table.schema.fields) {
      if (column === "seconds") continue;
      for (const cell of table.getChild(column)!) hash.update(`${column} ${textOf(cell)}\n`);
    }
  }
  const [{ verdict, numbers }] = JSON.parse(readFileSync(join(out, "experiment.json"), "utf8")).findings;
  const end = `${verdict}, index ${numbers.index}, loss ${Number(numbers.loss).toPrecision(3)}`;
  return { digest: hash.digest("hex").slice(0, 16), end };
}

function textOf(cell: unknown): string {
  if (typeof cell === "number") return Object.is(cell, -0) ? "-0" : String(cell);
  if (typeof cell === "object" && cell !== null) return Array.from(cell as Iterable<unknown>, textOf).join(" ");
  return String(cell);
}

try {
  const outcomes: Outcome[] = [];
  for (const node of [process.execPath, ...process.argv.slice(2)]) {
    const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
    for (const variables of [{}, { FLUXION_BLAS: "off", FLUXION_FMA: "on", FLUXION_REGROUP: "off" }]) {
      const outcome = run(node, [], variables);
      outcomes.push(outcome);
      const set = Object.entries(variables).map(([name, value]) => `${name}=${value} `);
      console.log(`${version} ${set.join("")}portable: ${outcome.digest}, ${outcome.end}`);
    }
  }
  const ends = outcomes.map(({ end }) => end);
  const { configuration = "", library } = describeBlas();
  const cores = ["Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX"];
  const here = cores.filter((core) => !areTooWide({ core, configuration, forced: core, processor: thisProcessor() }));
  for (const core of library !== undefined && /DYNAMIC_ARCH/.test(configuration) ? here : []) {
    const { end } = run(process.execPath, ["--no-portable"], { OPENBLAS_CORETYPE: core });
    ends.push(end);
    console.log(`${process.version} ${core} kernels: ${end}`);
  }
  const same = new Set(outcomes.map(({ digest }) => digest)).size === 1 && new Set(ends).size === 1;
  console.log(same ? "the same everywhere" : "NOT the same everywhere");
  if (!same) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
