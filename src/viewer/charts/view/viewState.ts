/** The state of the view in the page's address, so that a link shows the same. */
import { type XAxis, xQuantities } from "../series.ts";

export interface ViewState {
  /** Names of the shown runs in the order of their slots. */
  readonly runs: readonly string[];
  readonly focus: string | undefined;
  readonly axis: XAxis;
  readonly zoom: { readonly min: number; readonly max: number } | undefined;
  /** Width of smoothing as a share of the x axis. */
  readonly smoothing: number;
  /** Whether runs that differ in the seed only are drawn as one band. */
  readonly seeds: boolean;
  /** Charts whose y axis a person has switched, and whether it is logarithmic. */
  readonly logs: Readonly<Record<string, boolean>>;
  /** Columns of the charts that a person has added. */
  readonly added: readonly string[];
  readonly theme: "light" | "dark" | undefined;
}

export const smoothingMost = 0.3;
/** Greatest number of runs or charts that an address may name. */
const namesMost = 64;

/** Writes the state as `run=a&x=step&...`, for the part of the address after `#`. */
export function formatViewState(state: ViewState): string {
  const { runs, focus, axis, zoom, smoothing, seeds, logs, added, theme } = state;
  const parts = new URLSearchParams();
  for (const run of runs) parts.append("run", run);
  if (focus !== undefined && focus !== runs[0]) parts.set("focus", focus);
  parts.set("x", axis.quantity);
  parts.set("scale", axis.log ? "log" : "linear");
  if (zoom !== undefined) parts.set("zoom", `${zoom.min}..${zoom.max}`);
  if (smoothing > 0) parts.set("smooth", String(smoothing));
  if (seeds) parts.set("seeds", "band");
  for (const [column, log] of Object.entries(logs)) parts.append("y", `${column}:${log ? "log" : "linear"}`);
  for (const column of added) parts.append("chart", column);
  if (theme !== undefined) parts.set("theme", theme);
  return parts.toString();
}

/**
 * Reads the state from an address. What it does not name is as if nobody had chosen anything, and so is what makes no
 * sense: addresses come from anywhere.
 *
 * @param hash part of the address from `#` on
 * @returns undefined if the address says nothing about the view
 */
export function parseViewState(hash: string): ViewState | undefined {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  if (!["run", "x", "chart", "smooth", "seeds", "zoom", "y"].some((name) => parts.has(name))) return undefined;
  const names = (key: string): string[] => [...new Set(parts.getAll(key))].slice(0, namesMost);
  const runs = names("run");
  const quantity = xQuantities.find((name) => name === parts.get("x")) ?? "step";
  const axis = { quantity, log: parts.get("scale") !== "linear" };
  const smoothing = Number(parts.get("smooth") ?? 0);
  const theme = parts.get("theme");
  return {
    runs,
    focus: parts.get("focus") ?? runs[0],
    axis,
    zoom: zoomFrom(parts.get("zoom"), axis),
    smoothing: smoothing >= 0 && smoothing <= smoothingMost ? smoothing : 0,
    seeds: parts.get("seeds") === "band",
    logs: Object.fromEntries(
      names("y").flatMap((text) => {
        const [, column, scale] = /^(.+):(log|linear)$/.exec(text) ?? [];
        return column === undefined ? [] : [[column, scale === "log"]];
      }),
    ),
    added: names("chart"),
    theme: theme === "light" || theme === "dark" ? theme : undefined,
  };
}

function zoomFrom(text: string | null, { log }: XAxis): ViewState["zoom"] {
  const [from, to] = (text ?? "").split("..");
  if (from === undefined || to === undefined || from === "" || to === "") return undefined;
  const [min, max] = [Number(from), Number(to)];
  return Number.isFinite(min) && Number.isFinite(max) && min < max && (!log || min > 0) ? { min, max } : undefined;
}
