/** What differs between runs: their settings, and what came out. */
import { dirname } from "node:path";
import type { RunFile } from "../../arrow/runFile.ts";
import { experimentIfWhole } from "../experimentFile.ts";
import type { Cell } from "../output/table.ts";
import type { FoundRun } from "../runDirectories.ts";

/** A run with the name under which it is shown beside others. */
export interface Labelled extends FoundRun {
  readonly file: RunFile;
  readonly label: string;
}

/** The settings of a run by their paths, such as `option searches` and `problem.seed`. */
export function settingsOf({ directory, file }: Labelled): ReadonlyMap<string, Cell> {
  const settings = new Map<string, Cell>();
  const experiment = experimentIfWhole(dirname(directory));
  if (experiment !== undefined) {
    settings.set("experiment", experiment.name);
    settings.set("seed", experiment.seed);
    flatten("option", experiment.options, settings);
    if (experiment.portable === true) settings.set("portable", "yes");
  }
  flatten("", file.description, settings);
  flatten("environment", file.environment, settings);
  flatten("version", file.versions, settings);
  flatten("platform", file.platform, settings);
  for (const [name, { value }] of Object.entries(file.settings)) settings.set(`setting ${name}`, value);
  return settings;
}

/** How a run ended, with the numbers that its experiment reported. */
export function resultsOf({ directory, name, file }: Labelled): ReadonlyMap<string, Cell> {
  const ended = file.attempts.at(-1)?.ended;
  const run = name.split("/").at(-1)!;
  const finding = experimentIfWhole(dirname(directory))?.findings.find((each) => each.run === run);
  const results = new Map<string, Cell>([
    ["verdict", finding?.verdict ?? ended?.status],
    ["because", finding?.because ?? ended?.because],
    ["steps", ended?.step],
    ["value", ended?.value],
    ["|F|^2", ended?.squaredFieldNorm],
    ["seconds", ended?.seconds],
    ["attempts", file.attempts.length],
  ]);
  for (const [key, value] of Object.entries(finding?.numbers ?? {})) {
    if (!results.has(key) && key !== "loss" && key !== "|grad|^2") results.set(key, value);
  }
  return results;
}

/** Puts the values of several maps side by side. Those that are equal everywhere are left out, unless `all` is true. */
export function differences(
  maps: readonly ReadonlyMap<string, Cell>[],
  all = false,
): ReadonlyMap<string, readonly Cell[]> {
  const names = new Set(maps.flatMap((map) => [...map.keys()]));
  const rows = [...names].map((name) => [name, maps.map((map) => map.get(name))] as const);
  return new Map(rows.filter(([, values]) => all || values.some((value) => !Object.is(value, values[0]))));
}

function flatten(path: string, value: unknown, into: Map<string, Cell>): void {
  if (value === undefined) return;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const dot = path === "" ? "" : path === "option" || path === "version" ? `${path} ` : `${path}.`;
    for (const [key, inner] of Object.entries(value)) flatten(`${dot}${key}`, inner, into);
  } else {
    into.set(path, typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value));
  }
}
