/** Reads what there is to say of each experiment, or of each run, below a directory: one file per line of the list. */
import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { jsonSeal } from "../../arrow/checks/sealedJson.ts";
import { type RunFile, runFileName, runState } from "../../arrow/runFile.ts";
import { failure } from "../../errors.ts";
import type { Finding } from "../../experiments/framework/definition.ts";
import { plainName } from "../../experiments/framework/plainName.ts";
import type { JsonValue } from "../../json.ts";
import { type ExperimentFile, experimentFileName, shownState } from "../experimentFile.ts";
import { waiting } from "../output/waiting.ts";
import { labelsFileName, parseLabels } from "./labels.ts";

/** What is known of an experiment or a run, by the names of the list's columns. */
export type Entry = Readonly<Record<string, string | number | undefined>>;

/** Columns that the list shows, in their order, unless others are asked for. */
export const experimentColumns = [
  "directory",
  "name",
  "experiment",
  "seed",
  "state",
  "verdict",
  "runs",
  "began",
  "tags",
];
export const runColumns = [
  ...["directory", "name", "experiment", "seed", "state", "verdict", "steps", "loss", "|F|^2", "index", "seconds"],
  ...["began", "tags"],
];

/**
 * The experiments below a directory, and the runs that belong to none, in the order in which they began. With `runs`,
 * the runs of experiments stand in their place.
 *
 * @throws ERR_EXPERIMENT_DIRECTORY if there is no such directory; ERR_READ
 */
export function entriesIn(directory: string, runs: boolean, who = "list"): Entry[] {
  const own = entriesOf(directory, runs);
  if (own !== undefined) return own;
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw failure("ERR_EXPERIMENT_DIRECTORY", `${who}: ${directory}: there is no such directory`);
    if (code === "ENOTDIR")
      throw failure("ERR_EXPERIMENT_DIRECTORY", `${who}: ${directory} is a file, not a directory`);
    throw failure("ERR_READ", `${who}: cannot read ${directory}: ${message}`, { cause: error });
  }
  const reading = waiting({ verb: "reading", what: "directories" }, names.length);
  const found = names.flatMap((name, index) => {
    reading.at(index);
    return entriesOf(join(directory, name), runs) ?? [];
  });
  reading.end();
  return found.sort((a, b) => compare(a.began ?? "", b.began ?? "") || compare(a.directory!, b.directory!));
}

export function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The entries of a directory that is an experiment's or a run's; undefined if it is neither. */
function entriesOf(directory: string, runs: boolean): Entry[] | undefined {
  const text = textOf(join(directory, experimentFileName));
  if (text === undefined) {
    const run = textOf(join(directory, runFileName));
    return run === undefined ? undefined : [runEntry(directory, run)];
  }
  const file = parsed<ExperimentFile>(text);
  const names: unknown = file?.runs;
  if (file === undefined || typeof file.name !== "string" || !Array.isArray(names)) {
    return [{ directory, state: `unknown: ${experimentFileName} is damaged`, ...labelCells(directory) }];
  }
  return runs ? runEntries(directory, file) : [experimentEntry(directory, file)];
}

function experimentEntry(directory: string, file: ExperimentFile): Entry {
  const { name, seed, began, ended, runs, options, findings = [] } = file;
  const entry: Filling = {
    directory,
    name: undefined,
    experiment: name,
    seed,
    state: shownState(directory, file),
    verdict: verdicts(findings),
    runs: runs.length,
    began: timeText(began),
    tags: undefined,
    ended: timeText(ended),
    seconds: ended === undefined ? undefined : (Date.parse(ended) - Date.parse(began)) / 1000,
  };
  if (findings.length === 1) addMissing(entry, numberCells(findings[0]));
  addMissing(entry, optionCells(options));
  return Object.assign(entry, labelCells(directory));
}

/** Adds the cells of columns that are not there yet. An entry is filled in place, since a list may have 100,000. */
function addMissing(entry: Filling, cells: Entry): void {
  for (const name in cells) if (!(name in entry)) entry[name] = cells[name];
}

/** The verdicts of an experiment: the one of its only finding, or how many there are of each, the most frequent first. */
function verdicts(findings: readonly Finding[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { verdict } of findings) if (verdict !== undefined) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  if (findings.length === 1) return sorted[0]?.[0];
  return sorted.length === 0 ? undefined : sorted.map(([verdict, count]) => `${count} ${verdict}`).join(", ");
}

function runEntries(directory: string, { name, seed, began, options, runs, findings }: ExperimentFile): Entry[] {
  const named = new Map(findings.map((finding) => [finding.run, finding]));
  const others = existsSync(directory) ? readdirSync(directory) : [];
  const known = new Set(runs);
  const shared = optionCells(options);
  return [...runs, ...others.filter((run) => !known.has(run)).sort()].flatMap((run): Entry[] => {
    // A name leads nowhere else.
    const text = typeof run === "string" && plainName.test(run) ? textOf(join(directory, run, runFileName)) : undefined;
    const finding = named.get(run);
    if (text === undefined && finding === undefined) return [];
    const entry = text === undefined ? emptyRun(join(directory, run)) : runEntry(join(directory, run), text);
    entry.experiment = name;
    entry.seed = seed;
    entry.began ??= timeText(began);
    if (finding !== undefined) {
      const numbers = numberCells(finding);
      for (const key in numbers) entry[key] = numbers[key] ?? entry[key];
      entry.verdict = finding.verdict ?? entry.verdict;
    }
    addMissing(entry, shared);
    return [entry];
  });
}

type Filling = Record<string, Entry[string]>;

/** An entry with the columns of every run, so that all of them have one shape in memory. */
function emptyRun(directory: string): Filling {
  return {
    ...{ directory, name: undefined, experiment: undefined, seed: undefined, state: undefined, verdict: undefined },
    ...{ steps: undefined, loss: undefined, "|F|^2": undefined, index: undefined, seconds: undefined },
    ...{ began: undefined, ended: undefined, attempts: undefined, rows: undefined, tags: undefined, notes: undefined },
  };
}

function runEntry(directory: string, text: string): Filling {
  const entry = emptyRun(directory);
  Object.assign(entry, labelCells(directory));
  const file = parsed<RunFile>(text);
  const attempts: unknown = file?.attempts;
  if (file === undefined || !Array.isArray(attempts)) {
    entry.state = `unknown: ${runFileName} is damaged`;
    return entry;
  }
  const newest = file.attempts.at(-1);
  const ended = newest?.ended;
  entry.state = newest === undefined || newest.process === undefined ? "killed" : runState(file, directory);
  entry.verdict = ended?.status === "running" ? undefined : ended?.status;
  entry.attempts = attempts.length;
  entry.rows = ended?.rows;
  entry.steps = ended?.step;
  entry.loss = ended?.value;
  entry["|F|^2"] = ended?.squaredFieldNorm;
  entry.seconds = ended?.seconds;
  entry.began = timeText(file.attempts[0]?.began);
  entry.ended = timeText(ended?.at);
  return entry;
}

/** Numbers of a finding, under the names of the table that `fluxion run` prints. The norm has one name for all runs. */
function numberCells(finding: Finding | undefined): Entry {
  const { "|grad|^2": norm, ...numbers } = finding?.numbers ?? {};
  return { ...numbers, ...(norm === undefined ? {} : { "|F|^2": norm }), because: finding?.because };
}

function optionCells(options: Readonly<Record<string, JsonValue>> | undefined): Entry {
  const cells = Object.entries(options ?? {}).map(([key, value]) => [
    key,
    typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(cells) as Entry;
}

function labelCells(directory: string): Entry {
  const path = join(directory, labelsFileName);
  const text = textOf(path);
  if (text === undefined) return {};
  try {
    const { name, tags, notes } = parseLabels(text, path);
    return { name, tags: tags.length === 0 ? undefined : tags.join(" "), notes: notes.at(-1)?.text };
  } catch {
    return { tags: `unknown: ${labelsFileName} is damaged` };
  }
}

function timeText(iso: string | undefined): string | undefined {
  return typeof iso === "string" ? iso.slice(0, 16).replace("T", " ") : undefined;
}

function parsed<File>(text: string): File | undefined {
  try {
    if (jsonSeal(text) === "damaged") return undefined;
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? (data as File) : undefined;
  } catch {
    return undefined;
  }
}

/** Reused for every file, since a list may read 100,000 of them. */
let memory = Buffer.alloc(65_536);

/** The text of a regular file; undefined if there is none, or if it is a link, a pipe or the like. */
function textOf(path: string): string | undefined {
  let file: number;
  try {
    const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
    file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch {
    return undefined;
  }
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) return undefined;
    if (facts.size > memory.length) memory = Buffer.alloc(2 * facts.size);
    let length = 0;
    for (;;) {
      const read = readSync(file, memory, length, memory.length - length, null);
      length += read;
      if (read === 0 || length === memory.length) return memory.toString("utf8", 0, length);
    }
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
