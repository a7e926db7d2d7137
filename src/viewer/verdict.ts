/** Says what the run in focus looks for, how far it is, and at its end what was found, why, and what to do next. */
import { endThresholds } from "../endThresholds.ts";
import type { RunInfo } from "../server/messages.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { certifiedProof } from "./endOfRun.ts";
import { formatCount, formatNumber, formatSeconds, formatTick } from "./format.ts";
import { described, progressOf } from "./progress.ts";
import { type Proof, proofOfRow } from "./proof.ts";
import type { RunData } from "./runData.ts";
import { stateMark } from "./runList.ts";

/** The values of the column `end`. */
const endClasses = [
  "critical point",
  "gradient-flat region",
  "stagnated",
  "diverged",
  "unfinished",
  "not judged",
] as const;
type EndClass = (typeof endClasses)[number];

interface VerdictPanel {
  readonly element: HTMLElement;
  update(run: RunInfo, data: RunData): void;
}

/** State whose mark and colour a verdict has. */
const states: Readonly<Record<EndClass, string>> = {
  "critical point": "converged",
  "gradient-flat region": "stagnated",
  stagnated: "stagnated",
  diverged: "diverged",
  unfinished: "stopped",
  "not judged": "stopped",
};

const advice: Readonly<Record<EndClass, string>> = {
  "critical point":
    "Draw figures, below, compares its loss and index with the other ends; fluxion certify proves that it is one.",
  "gradient-flat region":
    "Search from other starts: run it again with another --seed, or with more --searches where the experiment has them.",
  stagnated: "Search from another start: run it again with another --seed.",
  diverged: "Look at the last steps before it in the charts, and try a smaller step.",
  unfinished: "Give the search more steps, such as four times --iterations, or resume it if it was stopped.",
  "not judged": "Put classifyEnd() after the other measures of the run, so that its end is judged.",
};

/** Returns the class of a run's end; undefined where nothing judged it. */
export function verdictOf(run: RunInfo, data: RunData): EndClass | undefined {
  const word = run.columns.end?.values?.[data.last("end") ?? -1] ?? run.ending?.verdict;
  return endClasses.find((known) => known === word);
}

export function makeVerdictPanel(): VerdictPanel {
  const heading = h("h2", {});
  const meter = h("progress", { max: 1, "aria-label": "steps taken" });
  const paragraphs = { meaning: h("p", {}), because: h("p", {}), proof: h("p", {}), next: h("p", {}) };
  const body = h("tbody", {});
  const columns = ["measure", "here", "threshold", "which means"].map((name) => h("th", { scope: "col" }, name));
  const table = h("table", { class: "measures" }, h("thead", {}, h("tr", {}, ...columns)), body);
  const { meaning, because, proof, next } = paragraphs;
  const element = h(
    "section",
    { class: "card verdict", "aria-label": "what was found" },
    heading,
    meter,
    meaning,
    h("div", { class: "measures-frame" }, table),
    because,
    proof,
    next,
  );
  let shown = "";

  function say(title: string, texts: Partial<Record<keyof typeof paragraphs, string>>): void {
    setText(heading, title);
    for (const [name, paragraph] of Object.entries(paragraphs)) {
      const text = texts[name as keyof typeof paragraphs];
      paragraph.hidden = text === undefined;
      setText(paragraph, text ?? "");
    }
  }
  function sayProof(found: Proof | undefined): void {
    proof.hidden = found === undefined;
    // A sentence of a row begins with "proved:", one of a certificate does not.
    const sentence = found?.sentence.replace(/^proved: /, "") ?? "";
    const exact = found?.index === undefined ? "" : ` Its exact Morse index is ${found.index}.`;
    setText(proof, found === undefined ? "" : `What is proved: ${found.mark}: ${sentence.replace(/\.$/, "")}.${exact}`);
  }
  function follow(run: RunInfo, data: RunData): void {
    const progress = progressOf(run, data);
    meter.hidden = progress === undefined;
    if (progress !== undefined) meter.value = Math.min(1, progress.step / progress.stepsMost);
    const seeks = described(run, "seeks");
    const title = typeof seeks === "string" ? `Looking for a ${seeks}` : "Under way";
    const left = progress?.secondsLeft;
    const time = left === undefined || run.paused ? "" : `, at most about ${formatSeconds(left)} left`;
    const far =
      progress === undefined
        ? undefined
        : `Step ${formatCount(progress.step)} of at most ${formatCount(progress.stepsMost)}${time}.`;
    const what =
      seeks === "critical point"
        ? "That is a point where the gradient of the loss is zero: a minimum, a saddle or a maximum. "
        : "";
    say(title, { ...(far === undefined && what === "" ? {} : { meaning: `${what}${far ?? ""}` }) });
    element.hidden = far === undefined && what === "";
  }
  return {
    element,
    update(run, data) {
      const verdict = verdictOf(run, data);
      const over = !run.live && verdict !== undefined && data.length > 0;
      setAttribute(element, "data-verdict", over ? verdict : undefined);
      table.hidden = !over;
      if (!over) {
        shown = "";
        setAttribute(heading, "class", undefined);
        if (run.live) follow(run, data);
        else element.hidden = true;
        return;
      }
      const key = `${run.name} ${run.attempt} ${data.version}`;
      if (shown === key) return;
      shown = key;
      element.hidden = false;
      meter.hidden = true;
      const { meaning, because } = run.ending ?? {};
      const state = states[verdict];
      setAttribute(heading, "class", "state");
      setAttribute(heading, "data-state", state);
      const article = verdict.endsWith("point") || verdict.endsWith("region") ? "Found: a " : "Ended: ";
      say(`${stateMark(state)} ${article}${verdict}`, {
        ...(meaning === undefined ? {} : { meaning }),
        ...(because === undefined ? {} : { because: `Why: ${because}.` }),
        next: `What to do next: ${advice[verdict]}`,
      });
      sayProof(proofOfRow(data));
      void certifiedProof(run).then((found) => {
        if (found !== undefined && shown === key) sayProof(found);
      });
      body.replaceChildren(
        ...measuresOf(run, data, verdict).map(([name, value, ...others]) =>
          h("tr", {}, h("th", { scope: "row" }, name), ...[value, ...others].map((text) => h("td", {}, text))),
        ),
      );
    },
  };
}

type Measure = readonly [name: string, here: string, threshold: string, says: string];

/** The numbers by which an end is judged, each beside its threshold: the run's own, else that of `explainEnd`. */
function measuresOf(run: RunInfo, data: RunData, verdict: EndClass): readonly Measure[] {
  const given = described(run, "thresholds");
  const thresholds = (typeof given === "object" && given !== null ? given : {}) as Readonly<Record<string, unknown>>;
  const threshold = (name: keyof typeof endThresholds): number => {
    const own = thresholds[name];
    return typeof own === "number" ? own : endThresholds[name];
  };
  const small = "small enough for a critical point";
  const square = thresholds.squaredFieldNorm;
  const measures = [
    typeof square !== "number"
      ? judged("relative gradient", data.last("relativeField"), "≤", threshold("relativeField"), small)
      : judged("squared gradient ‖F‖²", data.last("squaredFieldNorm"), "≤", square, small),
    judged("residual r", data.last("relativeResidual"), ">", threshold("relativeResidual"), "flat by r"),
    judged(
      "residual r_H",
      data.last("relativeCokernelResidual"),
      "<",
      threshold("relativeCokernelResidual"),
      "flat by r_H",
    ),
  ].filter((measure) => measure !== undefined);
  const index = data.last("morseIndex");
  if (index === undefined) return measures;
  const trusted =
    data.last("indexTrusted") === 1 ? "trusted" : "doubtful: an eigenvalue lies near the threshold of zero";
  return [...measures, ["Morse index", formatNumber(index), "", verdict === "critical point" ? trusted : notCritical]];
}

const notCritical = "a count at this point only, which is not critical";

function judged(
  name: string,
  value: number | undefined,
  sign: "≤" | ">" | "<",
  threshold: number,
  says: string,
): Measure | undefined {
  if (value === undefined) return undefined;
  const holds = sign === "≤" ? value <= threshold : sign === ">" ? value > threshold : value < threshold;
  return [name, formatNumber(value), `${sign} ${formatTick(threshold)}`, `${says}: ${holds ? "yes" : "no"}`];
}
