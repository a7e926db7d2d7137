/** The columns of the run table: what each says of a run, as a number or a text. */
import type { RunInfo } from "../../server/messages.ts";
import { formatCount, formatNumber, formatSeconds } from "../format.ts";
import { stateOf } from "./runState.ts";

/** A cell: undefined where nothing is known. */
export type Cell = string | number | undefined;

export interface RunColumn {
  /** Name by which conditions call it, as `fluxion list` does. */
  readonly name: string;
  /** Heading for people. */
  readonly title: string;
  readonly meaning: string;
  of(run: RunInfo): Cell;
  text(cell: Cell): string;
}

/** Three digits, since a person looks for the runs that differ; the title of a cell has all of them. */
const plain = (cell: Cell): string =>
  typeof cell === "number" ? formatNumber(cell, 3).replace(" × ", "·") : (cell ?? "");
const count = (cell: Cell): string => (typeof cell === "number" ? formatCount(cell) : plain(cell));

/** Columns that every run has. */
const fixedColumns: readonly RunColumn[] = [
  { name: "run", title: "run", meaning: "name of the run", of: ({ name }) => name, text: plain },
  {
    name: "verdict",
    title: "verdict",
    meaning: "what the end of the run is; of a run that was not judged, its state",
    of: (run) => run.ending?.verdict ?? stateOf(run),
    text: plain,
  },
  {
    name: "loss",
    title: "loss",
    meaning: "value of the potential at the end",
    of: ({ ending }) => ending?.value,
    text: plain,
  },
  {
    name: "|F|^2",
    title: "‖F‖²",
    meaning: "squared norm of the gradient at the end",
    of: ({ ending }) => ending?.squaredFieldNorm,
    text: plain,
  },
  {
    name: "index",
    title: "index",
    meaning: "Morse index at the end",
    of: ({ ending }) => ending?.index,
    text: plain,
  },
  {
    name: "steps",
    title: "steps",
    meaning: "number of steps",
    of: ({ ending, lastStep }) => lastStep ?? ending?.step,
    text: count,
  },
  {
    name: "seconds",
    title: "time",
    meaning: "wall time in seconds",
    of: ({ ending }) => ending?.seconds,
    text: (cell) => (typeof cell === "number" ? formatSeconds(cell) : ""),
  },
];
/** Cells of an experiment and of a person that have a place of their own. */
const titles: Readonly<Record<string, string>> = {
  experiment: "experiment",
  seed: "seed of the experiment",
  began: "when the run began (UTC)",
  tags: "given by fluxion tag",
  notes: "the newest note, given by fluxion note",
  name: "name given by fluxion rename",
};
const last = ["began", "tags", "notes"];

/** All columns that these runs have: the fixed ones, then the cells of their experiments, then labels. */
export function columnsOf(runs: readonly RunInfo[]): RunColumn[] {
  const names = new Set<string>();
  let before: string | undefined;
  for (const { cells } of runs) {
    if (cells === undefined) continue;
    // Runs of one experiment have the same names.
    const key = Object.keys(cells).join();
    if (key !== before) for (const name in cells) names.add(name);
    before = key;
  }
  const fixed = new Set(fixedColumns.map(({ name }) => name));
  const own = [...names].filter((name) => !fixed.has(name));
  const ordered = [...own.filter((name) => !last.includes(name)), ...last.filter((name) => names.has(name))];
  return [...fixedColumns, ...ordered.map(cellColumn)];
}

function cellColumn(name: string): RunColumn {
  return {
    name,
    title: name,
    meaning: titles[name] ?? `${name}, as the experiment says it`,
    of: ({ cells }) => cells?.[name],
    text: name === "seed" ? (cell) => (cell === undefined ? "" : String(cell)) : plain,
  };
}

/** Whether runs differ in a column, so that it is worth its place. */
export function varies({ of }: RunColumn, runs: readonly RunInfo[]): boolean {
  const [first] = runs;
  if (first === undefined) return false;
  const value = of(first);
  return runs.some((run) => !Object.is(of(run), value));
}
