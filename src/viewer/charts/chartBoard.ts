/** The charts of the page: those by which every run is judged, and those that a person added. */
import type { RunInfo } from "../../server/messages.ts";
import { h } from "../dom.ts";
import { makeEndPoints } from "../endPoints.ts";
import { hasNumber } from "../runSummary.ts";
import { type Chart, type ChartSpec, makeChart } from "./chart.ts";
import type { ShownRun, View } from "./series.ts";
import { makeTrajectory } from "./trajectory.ts";

const main: readonly ChartSpec[] = [
  {
    column: "value",
    title: "Loss",
    symbol: "L(z)",
    meaning: "the value of the potential",
    logY: "positive",
    removable: false,
  },
  {
    column: "validationLoss",
    title: "Validation loss",
    symbol: "",
    meaning: "loss on rows that are not trained on",
    logY: "positive",
    removable: false,
  },
  {
    column: "validationAccuracy",
    title: "Validation accuracy",
    symbol: "",
    meaning: "share of these rows that is classified correctly",
    logY: false,
    removable: false,
  },
  {
    column: "squaredFieldNorm",
    title: "Squared gradient norm",
    symbol: "‖F(z)‖²",
    meaning: "0 at a critical point",
    logY: true,
    removable: false,
  },
  {
    column: "naturalResidual",
    title: "Natural residual",
    symbol: "‖z − Π(z − F(z))‖",
    meaning: "0 at a solution of the variational inequality",
    logY: true,
    removable: false,
  },
  {
    column: "relativeResidual",
    title: "Relative residual",
    symbol: "r",
    meaning: "residual of the Newton system: 0 where it is solved, 1 where the gradient lies in the Hessian's kernel",
    logY: true,
    removable: false,
  },
  {
    column: "stepSize",
    title: "Step size",
    symbol: "α",
    meaning: "chosen at each step",
    logY: true,
    removable: false,
  },
];
/** Greatest length of a vector whose entries can be charted one by one. */
const entriesMost = 8;
const further = ["evaluations", "products", "seconds"];
const storageKey = "fluxion.charts";

interface ChartBoard {
  update(view: View): void;
  /** Takes all runs, for the chart of their end points. */
  updateRuns(runs: readonly RunInfo[], slots: ReadonlyMap<string, number>): void;
  restyle(): void;
  /** Switches the y axis of the chart that has the focus, or of all charts. */
  toggleY(): void;
}

interface ChartBoardHandlers {
  zoom(range: View["zoom"]): void;
  look(run: string): void;
}

export function makeChartBoard(grid: HTMLElement, { zoom, look }: ChartBoardHandlers): ChartBoard {
  const charts = new Map<string, Chart>();
  const logs = stored();
  const trajectory = makeTrajectory();
  const endPoints = makeEndPoints(look);
  const add = h("select", { "aria-label": "add a chart", class: "add" });
  let view: View | undefined;
  let offered = "";

  function show(spec: ChartSpec): void {
    const chart = makeChart(
      { ...spec, logY: logs.get(spec.column) ?? spec.logY },
      {
        zoom,
        logY(logY) {
          logs.set(spec.column, logY);
          store(logs, charts);
        },
        remove() {
          charts.get(spec.column)?.destroy();
          charts.delete(spec.column);
          store(logs, charts);
          if (view !== undefined) update(view);
        },
      },
    );
    charts.set(spec.column, chart);
    trajectory.element.before(chart.element);
  }
  function addColumn(column: string): void {
    if (charts.has(column)) return;
    const meaning = meaningOf(view, column);
    show({ column, title: titleOf(view, column), symbol: "", meaning, logY: false, removable: true });
    store(logs, charts);
    if (view !== undefined) update(view);
  }

  grid.append(trajectory.element, endPoints.element, h("div", { class: "add-row" }, add));
  for (const spec of main) show(spec);
  add.addEventListener("change", () => {
    const column = add.value;
    add.value = "";
    addColumn(column);
    charts.get(column)?.element.scrollIntoView({ block: "nearest" });
  });
  for (const column of storedColumns()) addColumn(column);

  function update(next: View): void {
    view = next;
    for (const [column, chart] of charts) {
      chart.element.hidden = !isWorthwhile(next, column);
      if (!chart.element.hidden) chart.update(next);
    }
    trajectory.update(next.runs);
    offer(next);
  }
  function offer({ runs }: View): void {
    const columns = [...new Set([...runs.flatMap(columnsOf), ...further])];
    const free = columns.filter((column) => !charts.has(column) && runs.some(({ data }) => data.has(column)));
    if (free.join() === offered) return;
    offered = free.join();
    add.replaceChildren(
      h("option", { value: "" }, "Add a chart …"),
      ...free.map((column) => h("option", { value: column }, titleOf({ runs }, column))),
    );
    add.hidden = free.length === 0;
  }
  return {
    update,
    updateRuns: endPoints.update,
    restyle() {
      for (const chart of charts.values()) chart.restyle();
      trajectory.restyle();
      endPoints.restyle();
    },
    toggleY() {
      const chosen = [...charts.values()].filter(({ element }) => element.contains(document.activeElement));
      for (const chart of chosen.length > 0 ? chosen : charts.values()) chart.toggleY();
    },
  };
}

/**
 * Whether a chart would show anything: not for a column that no run measures, nor for the loss of a field without
 * potential.
 */
function isWorthwhile({ runs }: View, column: string): boolean {
  if (runs.every(({ data }) => data.length === 0)) return column !== "relativeResidual";
  if (column === "value") return runs.some(({ data }) => hasNumber(data, column));
  return runs.some(({ data }) => data.has(column));
}

/**
 * Returns the columns of a run's operators. Entries of short vectors count as columns, so that each player can have a
 * chart.
 */
function columnsOf({ columns, data }: ShownRun): readonly string[] {
  return Object.entries(columns).flatMap(([name, { kind, event }]) => {
    // Events are marks in all charts, and a list.
    if (event !== undefined) return [];
    if (kind !== "vector") return [name];
    const length = data.coordinates(name);
    return length > entriesMost ? [] : Array.from({ length }, (_, entry) => `${name}.${entry}`);
  });
}

/** Returns `exploitability of row` where a vector has an entry for each player, else the name of the column. */
function titleOf(view: Pick<View, "runs"> | undefined, column: string): string {
  const [name, entry] = vectorEntry(column);
  for (const { players, data } of view?.runs ?? []) {
    if (entry === undefined || players.length !== data.coordinates(name)) continue;
    // A point with as many coordinates as there are players gets their names as well.
    return `${name} of ${players[entry]}`;
  }
  return entry === undefined ? column : `${name} ${entry + 1}`;
}

function meaningOf(view: View | undefined, column: string): string {
  const [name] = vectorEntry(column);
  return view?.runs.map(({ columns }) => columns[name]?.meaning).find((meaning) => meaning !== undefined) ?? column;
}

/** Splits `exploitability.0` into the vector column and the index of its entry. Other names have no entry. */
function vectorEntry(column: string): readonly [name: string, entry: number | undefined] {
  const match = /^(.+)\.(\d+)$/.exec(column);
  return match === null ? [column, undefined] : [match[1]!, Number(match[2])];
}

interface Stored {
  readonly logs?: Readonly<Record<string, boolean>>;
  readonly added?: readonly string[];
}

function read(): Stored {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Stored;
  } catch {
    // Another version may have stored something else; it can be lost.
    return {};
  }
}

function stored(): Map<string, boolean> {
  return new Map(Object.entries(read().logs ?? {}));
}

function storedColumns(): readonly string[] {
  return read().added ?? [];
}

function store(logs: ReadonlyMap<string, boolean>, charts: ReadonlyMap<string, Chart>): void {
  const own = new Set(main.map(({ column }) => column));
  const added = [...charts.keys()].filter((column) => !own.has(column));
  localStorage.setItem(storageKey, JSON.stringify({ logs: Object.fromEntries(logs), added } satisfies Stored));
}
