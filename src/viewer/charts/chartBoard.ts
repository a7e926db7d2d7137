/** The charts of the page: those by which every run is judged, and those that a person added. */
import type { RunInfo } from "../../server/messages.ts";
import { h } from "../dom.ts";
import { makeEndPoints } from "../endPoints.ts";
import { hasNumber } from "../runSummary.ts";
import type { BoardChart } from "./boardChart.ts";
import { type Chart, makeChart } from "./chart.ts";
import { familyMembers, nameOfColumn } from "./columnNames.ts";
import { heatSuffix, makeHeatMap } from "./heat/heatMap.ts";
import { type ChartSpec, mainCharts } from "./mainCharts.ts";
import type { ShownRun, View } from "./series.ts";
import { makeTrajectory } from "./trajectory.ts";

/** Greatest length of a vector whose entries can be charted one by one. */
const entriesMost = 8;
const further = ["evaluations", "products", "seconds"];
const storageKey = "fluxion.charts";

interface ChartBoard {
  update(view: View): void;
  /** Takes all runs, for the chart of their end points. */
  updateRuns(runs: readonly RunInfo[], slots: ReadonlyMap<string, number>): void;
  /** What a person has chosen for single charts. */
  readonly chosen: ChosenCharts;
  restyle(): void;
  /** Switches the y axis of the chart that has the focus, or of all charts. */
  toggleY(): void;
}

interface ChosenCharts {
  /** Charts whose y axis was switched, and whether it is logarithmic. */
  readonly logs: Readonly<Record<string, boolean>>;
  /** Columns of the charts that were added. */
  readonly added: readonly string[];
}

interface ChartBoardHandlers {
  zoom(range: View["zoom"]): void;
  look(run: string): void;
  /** Is called when a person has chosen something. */
  changed(): void;
}

/** @param start what the page's address chooses. Default: what was chosen in this browser the last time */
export function makeChartBoard(
  grid: HTMLElement,
  { zoom, look, changed }: ChartBoardHandlers,
  start: ChosenCharts = stored(),
): ChartBoard {
  const charts = new Map<string, BoardChart & Partial<Pick<Chart, "rename" | "toggleY">>>();
  /** Columns of the charts that nobody has added. */
  const own = new Set(mainCharts.map(({ column }) => column));
  const logs = new Map(Object.entries(start.logs));
  const trajectory = makeTrajectory();
  const endPoints = makeEndPoints(look);
  const add = h("select", { "aria-label": "add a chart", class: "add" });
  let view: View | undefined;
  let offered = "";

  const chosen = (): ChosenCharts => ({
    logs: Object.fromEntries(logs),
    added: [...charts.keys()].filter((column) => !own.has(column)),
  });
  function keep(): void {
    localStorage.setItem(storageKey, JSON.stringify(chosen()));
    changed();
  }
  function show(spec: ChartSpec): void {
    const chart = makeChart(
      { ...spec, logY: logs.get(spec.column) ?? spec.logY },
      {
        zoom,
        logY(logY) {
          logs.set(spec.column, logY);
          keep();
        },
        remove: () => remove(spec.column),
      },
    );
    charts.set(spec.column, chart);
    trajectory.element.before(chart.element);
  }
  function showHeatMap(column: string, removable: boolean): void {
    const id = `${column}${heatSuffix}`;
    const map = makeHeatMap(column, removable, () => remove(id));
    charts.set(id, map);
    trajectory.element.before(map.element);
  }
  function remove(column: string): void {
    charts.get(column)?.destroy();
    charts.delete(column);
    keep();
    if (view !== undefined) update(view);
  }
  function addColumn(column: string): void {
    if (charts.has(column)) return;
    if (column.endsWith(heatSuffix)) showHeatMap(column.slice(0, -heatSuffix.length), true);
    else show({ column, ...nameOfColumn(view?.runs ?? [], column), logY: false, removable: true });
  }

  grid.append(trajectory.element, endPoints.element, h("div", { class: "add-row" }, add));
  for (const spec of mainCharts) show(spec);
  add.addEventListener("change", () => {
    const column = add.value;
    add.value = "";
    addColumn(column);
    keep();
    if (view !== undefined) update(view);
    charts.get(column)?.element.scrollIntoView({ block: "nearest" });
  });
  for (const column of start.added) addColumn(column);

  function update(next: View): void {
    view = next;
    for (const column of next.runs.flatMap(mappedColumns)) {
      if (charts.has(`${column}${heatSuffix}`)) continue;
      own.add(`${column}${heatSuffix}`);
      showHeatMap(column, false);
    }
    for (const [column, chart] of charts) {
      const isMap = column.endsWith(heatSuffix);
      chart.element.hidden = !isMap && !isWorthwhile(next, column);
      if (!own.has(column)) chart.rename?.(nameOfColumn(next.runs, column));
      // A heat map hides itself where no run has the vector.
      if (isMap || !chart.element.hidden) chart.update(next);
    }
    trajectory.update(next.runs);
    offer(next);
  }
  function offer({ runs }: View): void {
    const columns = [...new Set([...runs.flatMap(columnsOf), ...further])];
    const isThere = (column: string): boolean =>
      column.endsWith(heatSuffix) || runs.some(({ data }) => data.has(column));
    const free = columns.filter((column) => !charts.has(column) && isThere(column));
    if (free.join() === offered) return;
    offered = free.join();
    add.replaceChildren(
      h("option", { value: "" }, "Add a chart …"),
      ...free.map((column) => h("option", { value: column }, optionText(runs, column))),
    );
    add.hidden = free.length === 0;
  }
  return {
    update,
    updateRuns: endPoints.update,
    get chosen() {
      return chosen();
    },
    restyle() {
      for (const chart of charts.values()) chart.restyle();
      trajectory.restyle();
      endPoints.restyle();
    },
    toggleY() {
      const focused = [...charts.values()].filter(({ element }) => element.contains(document.activeElement));
      for (const chart of focused.length > 0 ? focused : charts.values()) chart.toggleY?.();
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
    const entries = length > entriesMost ? [] : Array.from({ length }, (_, entry) => `${name}.${entry}`);
    return length > 1 ? [...entries, `${name}${heatSuffix}`] : entries;
  });
}

/** What everyone wants to see as a heat map: eigenvalues, and families of columns such as the norms of blocks. */
function mappedColumns({ columns, data }: ShownRun): readonly string[] {
  const families = new Set(Object.keys(columns).flatMap((name) => (name.includes(".") ? [name.split(".")[0]!] : [])));
  return [
    ...(data.coordinates("spectrum") > 1 ? ["spectrum"] : []),
    ...[...families].filter((name) => familyMembers(columns, name).some(({ column }) => data.has(column))),
  ];
}

/** Names a column by what it holds, and as files do. */
function optionText(runs: View["runs"], column: string): string {
  if (column.endsWith(heatSuffix)) {
    const { title, internal } = nameOfColumn(runs, column.slice(0, -heatSuffix.length));
    return `${title} over time (heat map) · ${internal}`;
  }
  const { title, internal } = nameOfColumn(runs, column);
  return title.toLowerCase() === internal.toLowerCase() ? title : `${title} · ${internal}`;
}

function stored(): ChosenCharts {
  try {
    return { logs: {}, added: [], ...(JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<ChosenCharts>) };
  } catch {
    // Another version may have stored something else; it can be lost.
    return { logs: {}, added: [] };
  }
}
