import * as Plot from "@observablehq/plot";
import { type Figure, missing, type RecordedRun } from "./figure.ts";
import { logAxis } from "./logAxis.ts";
import { groupColors, ink, outcomeColors, type Panel, page } from "./page.ts";
import { coursesOf, outcomeOf, thinned } from "./runs.ts";

interface Step {
  readonly step: number;
  readonly squaredFieldNorm: number;
  /** Column `relativeResidual`; undefined if the step solved no Newton system. */
  readonly r: number | undefined;
  /** Whether `detectFlatness` found the row flat: r > 0.9 and r_H < 5e-4. */
  readonly flat: boolean;
}

interface Search {
  readonly run: RecordedRun;
  readonly outcome: string;
  readonly steps: readonly Step[];
}

/** Number of steps over which r is averaged, as in Frye et al. 2021, doi:10.1162/neco_a_01388. */
const window = 10;
const searchesShown = 6;
const perRow = 3;
const pointsOfLine = 300;

const about = {
  name: "flatness",
  summary: "r along searches, with their gradient-flat regions shaded, above the squared gradient norm",
  from: "mnist-autoencoder, dlae-methods or other searches by Newton-MR",
};

/** Draws how flat the gradient is along searches: r = ||J p + F|| / (||J|| ||p|| + ||F||). */
export const flatness: Figure = {
  ...about,
  async draw(source) {
    const searches: Search[] = [];
    for (const run of source.runs) {
      const { points, last } = await coursesOf(run, ({ step, squaredFieldNorm, columns }): Step => {
        return { step, squaredFieldNorm, r: columns.relativeResidual, flat: columns.flat === 1 };
      });
      const solved = points.filter(({ r }) => r !== undefined).length;
      if (last === undefined || last.status === "running" || solved < 2) continue;
      searches.push({ run, outcome: outcomeOf(last), steps: points });
    }
    if (searches.length === 0) throw missing(about, source, "searches that solved Newton systems");
    const shown = chosen(searches);
    const rows: Panel[][] = [];
    for (let at = 0; at < shown.length; at += perRow) {
      const part = shown.slice(at, at + perRow);
      rows.push(part.map(residualPanel), part.map(normPanel));
    }
    const outcomes = [...new Set(shown.map(({ outcome }) => outcome))];
    return page({
      title: "Gradient flatness along the searches",
      legend: [
        { label: "gradient-flat region", color: outcomeColors["gradient-flat region"]!, shape: "area" },
        ...outcomes.map((label) => ({
          label: `ends: ${label}`,
          color: outcomeColors[label] ?? ink,
          shape: "line" as const,
        })),
      ],
      panels: rows,
      caption: [
        `r is the mean over ${window} steps; dotted: 0.9. Shaded where r > 0.9 and r_H < 5e-4. ` +
          `Shows ${shown.length} of ${searches.length} searches.`,
      ],
    });
  },
};

/** Chooses searches from each outcome in turn, those with most flat rows first, so that all outcomes are shown. */
function chosen(searches: readonly Search[]): readonly Search[] {
  const flatRows = ({ steps }: Search): number => steps.filter(({ flat }) => flat).length;
  const byOutcome = new Map<string, Search[]>();
  for (const search of searches) byOutcome.set(search.outcome, [...(byOutcome.get(search.outcome) ?? []), search]);
  const queues = [...byOutcome.values()].map((own) => own.sort((a, b) => flatRows(b) - flatRows(a)));
  const shown: Search[] = [];
  while (shown.length < searchesShown && queues.some((queue) => queue.length > 0)) {
    for (const queue of queues) {
      const next = queue.shift();
      if (next !== undefined && shown.length < searchesShown) shown.push(next);
    }
  }
  return shown.sort((a, b) => a.run.name.localeCompare(b.run.name));
}

function residualPanel({ run, outcome, steps }: Search): Panel {
  const solved = steps.filter((step): step is Step & { readonly r: number } => step.r !== undefined);
  const means = solved.map(({ step }, at) => {
    const near = solved.slice(Math.max(0, at - window + 1), at + 1);
    return { step, r: near.reduce((sum, { r }) => sum + r, 0) / near.length };
  });
  return {
    title: run.name,
    height: 105,
    plot: {
      x: { label: null },
      y: { label: "r", domain: [0, 1], ticks: 3 },
      marginLeft: 46,
      marks: [
        shading(steps, 0, 1),
        Plot.ruleY([0.9], { stroke: ink, strokeDasharray: "1,3" }),
        Plot.line(thinned(means, pointsOfLine), {
          x: "step",
          y: "r",
          stroke: outcomeColors[outcome] ?? ink,
          strokeWidth: 1.3,
        }),
      ],
    },
  };
}

function normPanel({ outcome, steps }: Search): Panel {
  const usable = steps.filter(({ squaredFieldNorm }) => Number.isFinite(squaredFieldNorm) && squaredFieldNorm > 0);
  const norms = usable.map(({ squaredFieldNorm }) => squaredFieldNorm);
  const [low, high] = [norms.reduce((a, b) => Math.min(a, b), 1), norms.reduce((a, b) => Math.max(a, b), 0)];
  return {
    height: 130,
    plot: {
      x: { label: "iteration" },
      y: logAxis("squared gradient norm", low, high),
      marginLeft: 46,
      marks: [
        shading(steps, low, high),
        Plot.line(thinned(usable, pointsOfLine), {
          x: "step",
          y: "squaredFieldNorm",
          stroke: outcomeColors[outcome] ?? groupColors[0]!,
          strokeWidth: 1.3,
        }),
      ],
    },
  };
}

function shading(steps: readonly Step[], low: number, high: number): Plot.Rect {
  const regions: { from: number; to: number }[] = [];
  for (const { step, flat } of steps) {
    if (!flat) continue;
    const open = regions.at(-1);
    if (open !== undefined && open.to === step) open.to = step + 1;
    else regions.push({ from: step, to: step + 1 });
  }
  return Plot.rect(regions, {
    x1: "from",
    x2: "to",
    y1: () => low,
    y2: () => high,
    fill: outcomeColors["gradient-flat region"]!,
    fillOpacity: 0.22,
  });
}
