/** Shows the state of the run in focus where the page itself is not seen: in the title and the icon of its tab. */
import type { RunInfo } from "../server/messages.ts";
import { color } from "./dom.ts";
import { progressOf } from "./progress.ts";
import type { RunData } from "./runData.ts";
import { stateMark, stateOf } from "./runList.ts";
import { verdictOf } from "./verdict.ts";

/** Colours of the states, as the list of runs has them. */
const colours: Readonly<Record<string, string>> = {
  running: "--accent",
  converged: "--good",
  "critical point": "--good",
  paused: "--warn",
  stagnated: "--warn",
  "gradient-flat region": "--warn",
  diverged: "--danger",
  failed: "--danger",
};

/** Writes title and icon: `▶ 38 % search`, `≈ gradient-flat region: search`. */
export function showTabState(run: RunInfo | undefined, data: RunData | undefined): void {
  if (run === undefined || data === undefined) {
    document.title = "fluxion";
    return;
  }
  const state = stateOf(run);
  const verdict = run.live ? undefined : verdictOf(run, data);
  document.title = `${stateMark(state)} ${textOf(run, data, verdict ?? state)} · fluxion`;
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  const icon = iconOf(color(colours[verdict ?? state] ?? "--text-soft"), run.live && !run.paused);
  if (link !== null && link.getAttribute("href") !== icon) link.href = icon;
}

function textOf(run: RunInfo, data: RunData, word: string): string {
  const progress = run.live && !run.paused ? progressOf(run, data) : undefined;
  if (progress === undefined) return `${word}: ${run.name}`;
  return `${Math.min(100, Math.floor((100 * progress.step) / progress.stepsMost))} % ${run.name}`;
}

/** A ring while the run goes on, a disk when it is over, around fluxion's curve. */
function iconOf(colour: string, open: boolean): string {
  const [fill, stroke] = open ? ["none", colour] : [colour, "#fff"];
  const svg =
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>" +
    `<circle cx='16' cy='16' r='14' fill='${fill}' stroke='${colour}' stroke-width='3'/>` +
    `<path d='M7 9c6 0 6 13 12 13 4 0 4-5 7-5' fill='none' stroke='${stroke}' stroke-width='3' stroke-linecap='round'/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
