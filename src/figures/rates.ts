import * as Plot from "@observablehq/plot";
import { described, type Figure, missing, type RecordedRun } from "./figure.ts";
import { fitLine } from "./fitLine.ts";
import { logAxis } from "./logAxis.ts";
import { groupColors, page } from "./page.ts";
import { coursesOf, thinned } from "./runs.ts";

interface Point {
  readonly step: number;
  readonly residual: number;
}

/** The residuals of one run: of its iterates, or of their average. */
interface Curve {
  readonly run: RecordedRun;
  readonly of: "last" | "average";
  readonly points: readonly Point[];
}

const pointsOfLine = 400;
const runsNamed = groupColors.length;
/** Limits of the residuals that are fitted. Smaller ones are rounding errors; with larger ones the run has diverged. */
const [smallest, largest] = [1e-13, 1e3];

const about = {
  name: "rates",
  summary: "residual per iteration, with fitted factors per step and fitted powers of k beside those of theory",
  from: "bilinear or any other experiment",
};

/** Draws how fast the field, or the natural residual, vanishes at the iterates and at their average. */
export const rates: Figure = {
  ...about,
  async draw(source) {
    const curves: Curve[] = [];
    for (const run of source.runs) curves.push(...(await curvesOf(run)));
    if (curves.length === 0) throw missing(about, source, "runs with at least two rows");
    const runs = source.runs.filter((run) => curves.some((curve) => curve.run === run));
    const few = runs.length <= runsNamed;
    const color = ({ run }: Curve): string => (few ? groupColors[runs.indexOf(run)]! : groupColors[0]!);
    const shown = curves.map((curve) => {
      const kept = curve.points.filter(({ residual }) => residual >= smallest && residual <= largest);
      return { curve, last: thinned(kept, pointsOfLine), powers: spread(kept) };
    });
    const values = shown.flatMap(({ last }) => last.map(({ residual }) => residual));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const averages = curves.some(({ of }) => of === "average");
    const marks = (which: "last" | "powers"): Plot.Markish[] =>
      shown
        .filter(({ curve }) => few || curve.of === "last")
        .map((entry) =>
          Plot.line(entry[which], {
            x: "step",
            y: "residual",
            stroke: color(entry.curve),
            strokeWidth: 1.4,
            strokeOpacity: few ? 1 : 0.4,
            ...(entry.curve.of === "average" ? { strokeDasharray: "4 3" } : {}),
          }),
        );
    const y = logAxis("‖F‖, or the natural residual if there is a constraint", low, high, 7);
    const steps = shown.flatMap(({ powers }) => powers.map(({ step }) => step));
    return page({
      title: "How fast the field vanishes",
      legend: few ? runs.map((run, at) => ({ label: run.name, color: groupColors[at]!, shape: "line" as const })) : [],
      panels: [
        {
          title: "linear convergence gives a straight line",
          width: 400,
          height: 300,
          plot: { marginLeft: 52, x: { label: "iteration k" }, y, marks: marks("last") },
        },
        {
          title: "a power of k gives a straight line",
          width: 400,
          height: 300,
          plot: {
            marginLeft: 52,
            x: logAxis("iteration k", Math.min(...steps, 1), Math.max(...steps, 2)),
            y: { ...y, label: null },
            marks: marks("powers"),
          },
        },
      ],
      caption: [
        ...(few && averages ? ["Dashed: the average of the iterates."] : []),
        ...(few ? curves.flatMap(sentence) : []),
        ...(few
          ? ["Factors are fitted over the second half of the steps, powers over the last decade; 95 % intervals."]
          : []),
      ],
    });
  },
};

async function curvesOf(run: RecordedRun): Promise<Curve[]> {
  const { points } = await coursesOf(run, ({ step, squaredFieldNorm, columns }) => ({
    step,
    last: columns.naturalResidual ?? Math.sqrt(squaredFieldNorm),
    average: columns.averageNaturalResidual,
  }));
  const curve = (of: Curve["of"]): Curve => ({
    run,
    of,
    points: points.flatMap((row) => {
      const residual = row[of];
      return residual !== undefined && residual > 0 && Number.isFinite(residual) ? [{ step: row.step, residual }] : [];
    }),
  });
  return [curve("last"), curve("average")].filter((own) => own.points.length > 1);
}

/** Selects points whose steps have equal ratios, so that each decade has the same weight. */
function spread(points: readonly Point[]): readonly Point[] {
  let next = 1;
  return points.filter(({ step }) => {
    if (step < next) return false;
    next = Math.max(step + 1, 1.05 * step);
    return true;
  });
}

/** Writes the caption's line for a curve: the better of the two fits, and what theory predicts for it. */
function sentence({ run, of, points }: Curve): readonly string[] {
  const end = points.at(-1)!.step;
  const kept = points.filter(({ residual }) => residual >= smallest && residual <= largest);
  const reached = kept.at(-1)?.step ?? 0;
  const later = kept.filter(({ step }) => step >= reached / 2);
  const linear = fitLine(later.map(({ step, residual }) => [step, Math.log(residual)]));
  const power = fitLine(
    spread(kept.filter(({ step }) => step >= reached / 10)).map(({ step, residual }) => [
      Math.log(step),
      Math.log(residual),
    ]),
  );
  const name = of === "average" ? `average of ${run.name}` : run.name;
  if (linear === undefined || power === undefined) return [];
  const theory = (key: string): number | undefined => {
    const value = described(run, "theory", key);
    return typeof value === "number" ? value : undefined;
  };
  if (of === "last" && (theory("factor") ?? 1) !== 1 && linear.residual < power.residual) {
    const [low, high] = [Math.exp(linear.slope - linear.half), Math.exp(linear.slope + linear.half)];
    const interval = `${Math.exp(linear.slope).toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
    return [`${name}: factor ${interval} per step; theory ${theory("factor")!.toFixed(4)}`];
  }
  const order = theory(of === "average" ? "averageOrder" : "order");
  // Theory says nothing about averages of this method, so a fitted power would have no meaning.
  if (end < 20 || (of === "average" && order === undefined)) return [];
  // For the last iterate, the recorded order is that of the squared norm, so it is halved.
  const predicted = order === undefined ? "" : `; theory O(k^${of === "average" ? order : order / 2})`;
  const digits = power.half < 0.005 ? 4 : 2;
  const text = (value: number): string => value.toFixed(digits);
  const interval = `${text(power.slope - power.half)} to ${text(power.slope + power.half)}`;
  return [`${name}: like k^${text(power.slope)} (${interval})${predicted}`];
}
