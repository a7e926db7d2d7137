/** Draws one line of a slice: the loss, or ||F||^2 where there is none, against the distance from the run's point. */
import { placesOf, type SliceLine } from "../../arrow/lossSlice.ts";
import { h } from "../dom.ts";
import { formatNumber, formatTick } from "../format.ts";

const names: Readonly<Record<SliceLine["along"], string>> = {
  step: "along the last step",
  gradient: "along −F, the way down",
  lowest: "along the lowest eigenvector",
  highest: "along the highest eigenvector",
  random: "along a random direction",
};

const [width, height, left, bottom, top] = [260, 150, 58, 20, 8];
const space = "http://www.w3.org/2000/svg";

/** Makes the chart of a line. */
export function sliceChart(line: SliceLine): HTMLElement {
  const hasLoss = line.values.some((value) => Number.isFinite(value));
  const ys = hasLoss ? line.values : line.squaredFieldNorms;
  const what = hasLoss ? "loss" : "‖F‖²";
  const finite = ys.filter(Number.isFinite);
  const places = placesOf(line);
  const caption = h("figcaption", {}, `${what} ${names[line.along]}`, h("small", {}, factsOf(line)));
  if (finite.length === 0) {
    return h("figure", { class: "slice", "data-along": line.along }, caption, h("p", {}, `${what} is nowhere finite`));
  }
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  // A line that is level, to rounding, is drawn in the middle.
  const x = (t: number): number => left + ((t / line.radius + 1) / 2) * (width - left - 8);
  const y = (value: number): number =>
    high > low ? top + (1 - (value - low) / (high - low)) * (height - top - bottom) : (height + top - bottom) / 2;
  const middle = ys[(ys.length - 1) / 2]!;
  const picture = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": spoken(line, what, ys, places),
  });
  picture.append(
    svg("path", { class: "frame", d: `M${left} ${top}V${height - bottom}H${width - 8}` }),
    svg("path", { class: "here", d: `M${x(0)} ${top}V${height - bottom}` }),
    svg("path", { class: "curve", d: curve(ys, (i) => x(places[i]!), y) }),
    ...(Number.isFinite(middle) ? [svg("circle", { cx: x(0), cy: y(middle), r: 3.5 })] : []),
    label(formatTick(round(high)), left - 4, top + 8, "end"),
    ...(high > low ? [label(formatTick(round(low)), left - 4, height - bottom, "end")] : []),
    label(formatTick(round(-line.radius)), left, height - 6, "start"),
    label("0", x(0), height - 6, "middle"),
    label(formatTick(round(line.radius)), width - 8, height - 6, "end"),
  );
  const lost = ys.length - finite.length;
  return h(
    "figure",
    { class: "slice", "data-along": line.along },
    caption,
    picture as unknown as HTMLElement,
    ...(lost === 0 ? [] : [h("p", {}, `${lost} of ${ys.length} points are not finite`)]),
  );
}

/** Joins the points that are finite; others are gaps. */
function curve(ys: readonly number[], x: (i: number) => number, y: (value: number) => number): string {
  let joined = false;
  return ys
    .map((value, i) => {
      if (!Number.isFinite(value)) {
        joined = false;
        return "";
      }
      const at = `${joined ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
      // A point between two gaps is a dot.
      const alone = !joined && !Number.isFinite(ys[i + 1]);
      joined = true;
      return alone ? `${at}h0` : at;
    })
    .join("");
}

/** Says in words what the line is. */
function factsOf({ along, length, curvature, residual }: SliceLine): string {
  if (curvature !== undefined) {
    const exact = residual === undefined || residual <= 1e-6 * Math.abs(curvature);
    return `curvature ${formatNumber(curvature)}${exact ? "" : ` ± ${formatNumber(residual, 2)}`}`;
  }
  if (along === "step") return `length ${formatNumber(length)}`;
  return along === "gradient" ? `‖F‖ = ${formatNumber(length)}` : "";
}

/** What the picture shows, for those who cannot see it. */
function spoken(line: SliceLine, what: string, ys: readonly number[], places: readonly number[]): string {
  let least: number | undefined;
  for (const [i, value] of ys.entries()) {
    if (Number.isFinite(value) && (least === undefined || value < ys[least]!)) least = i;
  }
  const here = formatNumber(ys[(ys.length - 1) / 2]);
  const lowest =
    least === undefined ? "" : `, least ${formatNumber(ys[least])} at distance ${formatNumber(places[least])}`;
  return `${what} ${names[line.along]}: ${here} here${lowest}`;
}

const round = (value: number): number => Number(value.toPrecision(4));

function label(text: string, x: number, y: number, anchor: "start" | "middle" | "end"): SVGElement {
  const element = svg("text", { x, y, "text-anchor": anchor });
  element.textContent = text;
  return element;
}

function svg(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element as SVGElement;
}
