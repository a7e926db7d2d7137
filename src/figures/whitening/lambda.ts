import * as Plot from "@observablehq/plot";
import type { ArmResult } from "../../experiments/protocols/comparison/compareArms.ts";
import { type Figure, missing } from "../figure.ts";
import { logAxis } from "../logAxis.ts";
import { faint, groupColors, ink, type Panel, page } from "../page.ts";
import { type Comparison, comparisonsOf, studyTitles } from "./comparisons.ts";

const about = {
  name: "whitening-lambda",
  summary: "updates between gradient descent and Newton's: test error and speed against the share of the identity",
  from: "whitening",
};

interface Point {
  readonly lambda: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly updates: number;
}

/** Place on a logarithmic axis of lambda = 0, relative to the smallest positive one. */
const placeOfZero = 0.1;
const kfacColor = faint;

/** Draws, for each number of training rows, what a lambda costs in the test error and gains in updates. */
export const whiteningLambda: Figure = {
  ...about,
  async draw(source) {
    const all = await comparisonsOf(source, (study) => study === "lambda" || study === "network-lambda");
    if (all.length === 0) throw missing(about, source, "runs of the study lambda that have ended");
    const told = all.filter(({ results }) => results[0]?.refused === undefined);
    const points = told.map((cell) => ({ cell, points: pointsOf(cell, "lambda"), kfac: pointsOf(cell, "kfac") }));
    const positive = points.flatMap((own) =>
      [...own.points, ...own.kfac].flatMap(({ lambda }) => (lambda > 0 ? [lambda] : [])),
    );
    const least = Math.min(...positive, 1) * placeOfZero;
    const x = (point: Point): number => Math.max(least, point.lambda);
    const axis = { ...logAxis("lambda (left end: 0)", least, 1), grid: false };
    const panels = points.map(({ cell, points: own, kfac }, at): readonly Panel[] => {
      const color = groupColors[at % groupColors.length]!;
      const series = (y: "difference" | "updates"): Plot.Markish[] => [
        Plot.line(own, { x, y, stroke: color }),
        Plot.dot(own, { x, y, fill: color, r: 2.5 }),
        ...(kfac.length === 0
          ? []
          : [
              Plot.line(kfac, { x, y, stroke: kfacColor, strokeDasharray: "4 3" }),
              Plot.dot(kfac, { x, y, stroke: kfacColor, r: 2.5 }),
            ]),
      ];
      const updates = [...own, ...kfac]
        .map((point) => point.updates)
        .filter((value) => value > 0 && Number.isFinite(value));
      return [
        {
          title: `${studyTitles[cell.study]}, n = ${cell.n} (d = ${cell.d}): cost in test error`,
          width: 400,
          height: 220,
          plot: {
            // Room for the sign of -0.002.
            marginLeft: 52,
            x: axis,
            y: { label: "test error - that of gradient descent", grid: true },
            marks: [
              Plot.ruleY([0], { stroke: ink }),
              Plot.ruleX(own, { x, y1: "low", y2: "high", stroke: color, strokeOpacity: 0.5 }),
              Plot.ruleX(kfac, { x, y1: "low", y2: "high", stroke: kfacColor, strokeOpacity: 0.5 }),
              ...series("difference"),
            ],
          },
        },
        {
          title: "updates to gradient descent's training loss",
          width: 400,
          height: 220,
          plot: {
            x: axis,
            y: logAxis("updates, median", Math.min(1, ...updates), Math.max(10, ...updates)),
            marks: series("updates"),
          },
        },
      ];
    });
    if (panels.length === 0) throw missing(about, source, "a study lambda whose gradient descent is not refused");
    return page({
      title: "Between gradient descent, lambda = 1, and Newton's method, lambda = 0",
      ...(points.some(({ kfac }) => kfac.length > 0)
        ? { legend: [{ label: "K-FAC of that lambda", color: kfacColor, shape: "ring" as const }] }
        : {}),
      panels,
      caption: [
        "The training loss is that of gradient descent at its best-validation stop. Paired differences, 95 % intervals.",
        ...all.flatMap(({ n, results }) =>
          results.flatMap(({ arm, refused }) =>
            refused === undefined ? [] : [`Not shown: n = ${n}, ${arm}: ${refused}.`],
          ),
        ),
      ],
    });
  },
};

function pointsOf({ results }: Comparison, family: "lambda" | "kfac"): Point[] {
  return results
    .flatMap((result) => {
      const [own, lambda] = result.arm.split(" ");
      if (own !== family) return [];
      return lambda === undefined || result.refused !== undefined ? [] : [pointOf(Number(lambda), result)];
    })
    .sort((a, b) => a.lambda - b.lambda);
}

function pointOf(lambda: number, { stopDifference: { mean, half }, updatesToLoss }: ArmResult): Point {
  const width = Number.isFinite(half) ? half : 0;
  return { lambda, difference: mean, low: mean - width, high: mean + width, updates: Math.max(1, updatesToLoss) };
}
