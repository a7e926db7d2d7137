/** `fluxion verify`: says what is whole of the files of runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { linkProblem } from "../../arrow/checks/ownFiles.ts";
import { jsonSeal } from "../../arrow/checks/sealedJson.ts";
import { type StreamReport, verifyRun, verifyStream } from "../../arrow/verifyRun.ts";
import { shellWord } from "../../shellWord.ts";
import { loadCheckpoint } from "../../sinks/checkpointFile.ts";
import { messageOf } from "../complain.ts";
import { type Folder, foldersIn } from "../fileTree.ts";
import { say } from "../output/say.ts";
import { type Cell, tableLines } from "../output/table.ts";

const help = `
Every message of the row files and every JSON file carries a checksum. Files of earlier versions have none: they are
read as far as they can be, and called unchecked. Rows are counted against run.json. A torn end is what a kill leaves:
the rows before it are whole.

Examples:
  fluxion verify runs/dlae-1               all files of an experiment
  fluxion verify runs/dlae-1/search-01     one of its runs
  fluxion verify runs --quiet && rsync -a runs backup:

Exit codes: 0 if everything is whole, 1 if something is damaged or missing, 2 after an error.`;

/** Adds the options of `fluxion verify` and what it does. */
export function verifyCommand(command: Command, exit: (code: number) => void): void {
  command
    .option("--quiet", "print only what is damaged")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action((directory: string, { quiet = false }: { readonly quiet?: boolean }) => exit(verify(directory, quiet)));
}

interface Findings {
  readonly rows: Cell[][];
  readonly problems: string[];
}

function verify(directory: string, quiet: boolean): number {
  const found: Findings = { rows: [], problems: [] };
  for (const folder of foldersIn(directory)) look(folder, found);
  const { rows, problems } = found;
  if (!quiet) {
    for (const line of tableLines(["file", "rows", "batches", "first step", "last step", "state"], rows)) {
      say(line);
    }
    if (problems.length > 0) say();
  }
  for (const problem of problems) say(problem);
  if (problems.length === 0) {
    if (!quiet) say("\neverything is whole");
    return 0;
  }
  say(`\nfluxion recover ${shellWord(directory)} writes what is whole into a new directory`);
  return 1;
}

function look({ path, files, links, run }: Folder, { rows, problems }: Findings): void {
  for (const name of links) {
    const link = join(path, name);
    rows.push([link, undefined, undefined, undefined, undefined, "not read"]);
    problems.push(linkProblem(link));
  }
  if (run) {
    const report = verifyRun(path);
    rows.push([join(path, "run.json"), undefined, undefined, undefined, undefined, report.runFile]);
    for (const attempt of report.attempts) rows.push(rowOf(attempt));
    problems.push(...report.problems);
  }
  for (const { name, kind } of files) {
    const file = join(path, name);
    if (kind === "stream") {
      const report = verifyStream({ path: file, attempt: 1 });
      rows.push(rowOf(report));
      problems.push(...report.problems);
    } else if (kind === "json") {
      const seal = jsonSeal(readFileSync(file, "utf8"));
      rows.push([file, undefined, undefined, undefined, undefined, seal]);
      if (seal === "damaged") problems.push(`${file} is damaged: its bytes do not match their checksum`);
    } else if (kind === "checkpoint") {
      try {
        const { step } = loadCheckpoint(file);
        rows.push([file, undefined, undefined, undefined, step, "whole"]);
      } catch (error) {
        rows.push([file, undefined, undefined, undefined, undefined, "damaged"]);
        problems.push(messageOf(error));
      }
    }
  }
}

function rowOf(report: StreamReport): Cell[] {
  const { path, rows, batches, firstStep, lastStep } = report;
  return [path, rows, batches, firstStep, lastStep, stateOf(report)];
}

function stateOf({ problems, checked, end, tornBytes }: StreamReport): string {
  if (problems.length > 0) return "damaged";
  if (end === "empty") return "empty: killed before its first row";
  const state = checked ? "whole" : "unchecked";
  return end === "torn" ? `${state}, then ${tornBytes} torn bytes` : end === "open" ? `${state}, not ended` : state;
}
