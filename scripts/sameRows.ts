/**
 * Checks that the working tree computes the same rows as another commit: every column except `seconds`, bit for bit.
 *
 *     tsx scripts/sameRows.ts <commit>      builds both, runs each experiment with and without BLAS, compares
 *
 * Columns that were renamed in between are matched by the changelog's table of names (rows whose first cell is
 * `column`). The exit code is 1 if a number differs. Both versions run on this machine, one after the other, since rows
 * differ between processors.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { RecordBatchReader, Table } from "apache-arrow";

const experiments = [["dlae"], ["bilinear"], ["quartic"], ["mnist-autoencoder", "--samples", "1000"]];
/** Wall time differs from run to run. */
const notCompared = new Set(["seconds"]);

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const commit = process.argv[2];
if (commit === undefined) {
  console.error("usage: tsx scripts/sameRows.ts <commit>");
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), "same-rows-"));
const before = join(scratch, "before");
try {
  build(before, commit);
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
  const renamed = renamedColumns();
  for (const blas of ["on", "off"]) {
    for (const experiment of experiments) {
      const [then, now] = [before, root].map((version) => record(version, experiment, blas));
      const outcome = compare(then!, now!, renamed);
      console.log(`${experiment.join(" ")}, BLAS ${blas}: ${outcome.text}`);
      if (!outcome.same) process.exitCode = 1;
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
  execFileSync("git", ["worktree", "prune"]);
}

/** Checks a commit out into a folder and builds it there, with this tree's packages if the lock file is the same. */
function build(folder: string, at: string): void {
  execFileSync("git", ["worktree", "add", "--quiet", "--detach", folder, at], { stdio: "inherit" });
  const sameLock =
    readFileSync("package-lock.json", "utf8") === readFileSync(join(folder, "package-lock.json"), "utf8");
  if (sameLock) symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  else execFileSync("npm", ["ci", "--ignore-scripts", "--silent"], { cwd: folder, stdio: "inherit" });
  execFileSync("npm", ["run", "--silent", "build"], { cwd: folder, stdio: "inherit" });
}

/** Runs an experiment with a version; returns the directory of its rows. */
function record(version: string, experiment: readonly string[], blas: string): string {
  const out = mkdtempSync(join(scratch, "rows-"));
  const command = [join(version, "dist/cli/main.js"), "run", ...experiment, "--no-serve", "--out", join(out, "run")];
  execFileSync(process.execPath, command, { env: { ...process.env, FLUXION_BLAS: blas }, stdio: "pipe" });
  return join(out, "run");
}

/** The new name of each old column, from the changelog's table of names. */
function renamedColumns(): ReadonlyMap<string, string> {
  const rows = readFileSync("CHANGELOG.md", "utf8").matchAll(/^\| column \| `(\w+)` \| `(\w+)` \|/gm);
  return new Map(Array.from(rows, ([, old, present]) => [old!, present!]));
}

type Rows = ReadonlyMap<string, readonly unknown[]>;

/**
 * The runs' own files. The files of a whole campaign hold the same rows, in the order in which its threads finished.
 */
function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /iterates-\d+\.arrows$/.test(file))
    .sort();
}

function compare(
  then: string,
  now: string,
  renamed: ReadonlyMap<string, string>,
): { readonly same: boolean; readonly text: string } {
  const files = filesOf(then);
  if (files.length === 0) return { same: false, text: `no rows in ${then}` };
  let count = 0;
  const differences: string[] = [];
  for (const file of files) {
    if (!existsSync(join(now, file))) return { same: false, text: `${relative(scratch, file)} no longer exists` };
    const [old, present] = [columnsOf(join(then, file)), columnsOf(join(now, file))];
    const names = new Map([...old.keys()].map((name) => [name, renamed.get(name) ?? name]));
    const further = [...present.keys()].filter((name) => ![...names.values()].includes(name));
    if (further.length > 0) return { same: false, text: `${file} has additional columns: ${further.join(", ")}` };
    for (const [name, newName] of names) {
      if (notCompared.has(name)) continue;
      const difference = differenceOf(old.get(name)!, present.get(newName));
      if (difference !== undefined) differences.push(`  ${file}, column ${name}: ${difference}`);
    }
    count += old.get("step")!.length;
  }
  const compared = `${count} rows in ${files.length} runs`;
  if (differences.length === 0) return { same: true, text: `${compared} are the same` };
  return { same: false, text: `${compared}, of which differ\n${differences.join("\n")}` };
}

/** Cells as text that distinguishes every bit pattern of a number, except kinds of NaN. */
function columnsOf(file: string): Rows {
  const table = new Table([...RecordBatchReader.from(readFileSync(file))]);
  return new Map(
    table.schema.fields.map(({ name }) => [name, Array.from(table.getChild(name)!, (cell: unknown) => textOf(cell))]),
  );
}

function textOf(cell: unknown): string {
  if (typeof cell === "number") return Object.is(cell, -0) ? "-0" : String(cell);
  if (typeof cell === "object" && cell !== null) return Array.from(cell as Iterable<unknown>, textOf).join(" ");
  return String(cell);
}

/** Says how many rows of a column differ, whether it is the last one only, and shows the first. */
function differenceOf(then: readonly unknown[], now: readonly unknown[] | undefined): string | undefined {
  if (now === undefined) return "no longer exists";
  if (then.length !== now.length) return `${then.length} rows before, ${now.length} now`;
  const rows = then.flatMap((cell, k) => (cell === now[k] ? [] : [k]));
  const [row] = rows;
  if (row === undefined) return undefined;
  const which = rows.length === 1 && row === then.length - 1 ? "the last row" : `${rows.length} rows; row ${row}`;
  return `${which} was ${then[row]}, is ${now[row]}`;
}
