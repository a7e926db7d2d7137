import * as Plot from "@observablehq/plot";
import { faint } from "./page.ts";

/**
 * Draws thousands of points as one path, whose text is a tenth as long as that of as many circles.
 *
 * Points that round to the same half pixel are drawn once.
 */
export function pointCloud<T>(data: readonly T[], x: (datum: T) => number, y: (datum: T) => number): Plot.Dot {
  return Plot.dot(data, {
    x,
    y,
    render(index, _scales, values, _dimensions, context) {
      const places = new Set<string>();
      for (const i of index) {
        const [px, py] = [values.x?.[i], values.y?.[i]];
        if (px !== undefined && py !== undefined) places.add(`M${half(px)} ${half(py)}h0`);
      }
      const path = context.document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", [...places].join(""));
      for (const [name, value] of Object.entries({
        fill: "none",
        stroke: faint,
        "stroke-opacity": "0.5",
        "stroke-width": "1.8",
        "stroke-linecap": "round",
      })) {
        path.setAttribute(name, value);
      }
      return path;
    },
  });
}

const half = (x: number): number => Math.round(2 * x) / 2;
