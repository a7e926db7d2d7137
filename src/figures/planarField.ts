/** Draws the field of a problem in the plane, which is made again from its description in the runs. */
import * as Plot from "@observablehq/plot";
import { diracGan } from "../problems/games/adversarial/diracGan.ts";
import { bilinear } from "../problems/games/bilinear.ts";
import { forsaken } from "../problems/games/forsaken.ts";
import type { Problem } from "../problems/problem.ts";
import { quartic } from "../problems/quartic.ts";
import { described, type FigureSource } from "./figure.ts";
import { faint } from "./page.ts";
import type { Box } from "./planePaths.ts";

const arrowsAcross = 17;

/** Makes the problem of all runs; undefined if they have several, or one that cannot be made from its description. */
export function planarField({ runs }: FigureSource): Problem | undefined {
  const problems = runs.map((run) => described(run, "problem"));
  const one = new Set(problems.map((problem) => JSON.stringify(problem)));
  const [problem] = problems;
  if (one.size !== 1 || typeof problem !== "object" || problem === null || Array.isArray(problem)) return undefined;
  const { problem: name, matrix, loss, penalty } = problem as Readonly<Record<string, unknown>>;
  if (name === "bilinear") {
    const only = Array.isArray(matrix) && matrix.length === 1 && Array.isArray(matrix[0]) ? matrix[0] : [];
    return only.length === 1 ? bilinear({ coefficient: Number(only[0]) }) : undefined;
  }
  if (name === "diracGan") {
    return diracGan({ loss: loss === "wasserstein" ? "wasserstein" : "logistic", penalty: Number(penalty) });
  }
  if (name === "forsaken") return forsaken();
  return name === "quartic" ? quartic() : undefined;
}

interface Arrow {
  readonly x: number;
  readonly y: number;
  /** Angle in degrees, clockwise from north. */
  readonly angle: number;
}

/**
 * Draws arrows along -F on a grid. All have the same length, so they show in which direction the players move, but not
 * how fast.
 */
export function fieldArrows(problem: Problem, { x: [x0, x1], y: [y0, y1] }: Box, across = arrowsAcross): Plot.Vector {
  const apart = (x1 - x0) / across;
  const arrows: Arrow[] = [];
  const field = new Float64Array(2);
  for (let x = x0 + apart / 2; x < x1; x += apart) {
    for (let y = y0 + apart / 2; y < y1; y += apart) {
      problem.evaluate(Float64Array.of(x, y), field);
      const [u, v] = [-field[0]!, -field[1]!];
      if (u !== 0 || v !== 0) arrows.push({ x, y, angle: (180 / Math.PI) * Math.atan2(u, v) });
    }
  }
  return Plot.vector(arrows, {
    x: "x",
    y: "y",
    rotate: "angle",
    length: 9,
    r: 2.2,
    stroke: faint,
    strokeWidth: 0.8,
    strokeOpacity: 0.6,
  });
}
