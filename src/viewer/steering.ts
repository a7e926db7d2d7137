/** Steers a run: pause, resume, single steps, stop, parameters. A log shows what each command did. */
import type { AppliedCommand, Setting } from "../arrow/row.ts";
import { settingsFrom } from "../arrow/runMetadata.ts";
import type { RunInfo } from "../server/messages.ts";
import { button, h, setAttribute, setText } from "./dom.ts";
import { formatNumber } from "./format.ts";

export type GivenCommand =
  | { readonly type: "pause" | "resume" | "stop" | "step" }
  | { readonly type: "set"; readonly setting: string; readonly value: number };

interface Steering {
  readonly element: HTMLElement;
  update(run: RunInfo | undefined): void;
  /** Shows what the command with this number did. */
  replied(run: string, id: number, outcome: AppliedCommand): void;
  /** Forgets commands without an answer, after the connection was lost. */
  forget(): void;
  pauseOrResume(): void;
  step(): void;
  stop(): void;
}

const logLines = 30;
/** Milliseconds within which the second press of Stop must follow. */
const confirmWithin = 4000;
/** Number of settings up to which they are shown unfolded. */
const openSettings = 2;

/** @param give sends a command and returns its number */
export function makeSteering(give: (run: string, command: GivenCommand) => number): Steering {
  let run: RunInfo | undefined;
  // A command takes effect after the step that is being computed, which may take minutes.
  const pending = new Map<
    number,
    { readonly run: string; readonly type: GivenCommand["type"]; readonly line: HTMLElement }
  >();
  let confirmUntil = 0;
  let settingsKey = "";
  let shownSettings = "";

  const command = (given: GivenCommand): void => {
    if (run?.steerable !== true) return;
    const { name } = run;
    const line = h("li", { "data-run": name, class: "pending" }, `${given.type}: after this step …`);
    log.prepend(line);
    while (log.childElementCount > logLines) log.lastElementChild!.remove();
    pending.set(give(name, given), { run: name, type: given.type, line });
    showPause();
  };
  const waitsFor = (type: GivenCommand["type"]): boolean =>
    [...pending.values()].some((waiting) => waiting.run === run?.name && waiting.type === type);
  const pause = button(
    "Pause",
    { class: "primary", "data-command": "pause", title: "pause or resume (space)" },
    pauseOrResume,
  );
  const single = button("Step", { "data-command": "step", title: "one step, then pause (.)" }, step);
  const end = button("Stop", { "data-command": "stop", class: "danger", title: "stop this run (x)" }, stop);
  const fields = h("div", { class: "fields" });
  const settings = h("details", { class: "settings" }, h("summary", {}, "Parameters"), fields);
  const log = h("ol", { class: "log", "aria-live": "polite", "aria-label": "commands and their outcomes" });
  const controls = h("div", { class: "buttons" }, pause, single, end);
  const element = h("section", { class: "steering", "aria-label": "steering" }, controls, settings, log);

  function pauseOrResume(): void {
    if (!waitsFor("pause") && !waitsFor("resume")) command({ type: run?.paused === true ? "resume" : "pause" });
  }
  function showPause(): void {
    const label = waitsFor("pause") ? "Pausing …" : waitsFor("resume") ? "Resuming …" : undefined;
    setText(pause, label ?? (run?.paused === true ? "Resume" : "Pause"));
    pause.disabled = label !== undefined;
  }
  function step(): void {
    command({ type: "step" });
  }
  // A stopped run cannot go on, so the first press only asks.
  function stop(): void {
    if (Date.now() < confirmUntil) {
      confirmUntil = 0;
      command({ type: "stop" });
    } else {
      confirmUntil = Date.now() + confirmWithin;
      setTimeout(showStop, confirmWithin + 10);
    }
    showStop();
  }
  function showStop(): void {
    setText(end, Date.now() < confirmUntil ? "Stop for good?" : "Stop");
  }

  return {
    element,
    pauseOrResume,
    step,
    stop,
    update(next) {
      if (next?.name !== run?.name) confirmUntil = 0;
      run = next;
      const steerable = next?.steerable === true;
      controls.hidden = !steerable;
      settings.hidden = !steerable || Object.keys(next.settings).length === 0;
      for (const line of log.children) (line as HTMLElement).hidden = (line as HTMLElement).dataset.run !== next?.name;
      element.hidden = !steerable && log.querySelector("li:not([hidden])") === null;
      showPause();
      showStop();
      if (next === undefined || !steerable) return;
      const known = settingsFrom(next.settings);
      const key = JSON.stringify([next.name, known]);
      if (key === settingsKey) return;
      // Values that were set are shown at once, except while a person types one.
      if (fields.contains(document.activeElement)) return;
      settingsKey = key;
      const names = Object.keys(known);
      if (shownSettings !== names.join()) settings.open = names.length <= openSettings;
      shownSettings = names.join();
      fields.replaceChildren(
        ...Object.entries(known).map(([name, setting]) =>
          settingField(name, setting, (value) => command({ type: "set", setting: name, value })),
        ),
      );
    },
    replied(name, id, outcome) {
      const line = pending.get(id)?.line ?? h("li", { "data-run": name });
      pending.delete(id);
      if (!line.isConnected) log.prepend(line);
      setAttribute(line, "class", outcome.refused === undefined ? undefined : "refused");
      setText(line, sentence(outcome));
      if (name === run?.name) element.hidden = false;
      showPause();
    },
    forget() {
      for (const { line } of pending.values()) line.remove();
      pending.clear();
      showPause();
    },
  };
}

/** Says in words what a command did. */
function sentence({ type, setting, value, count, step, refused }: AppliedCommand): string {
  const what =
    type === "set"
      ? `set ${setting} = ${formatNumber(value)}`
      : count === undefined || count === 1
        ? type
        : `${type} ${count}`;
  return refused === undefined ? `${what}, before step ${step}` : `${what} refused: ${refused}`;
}

function settingField(name: string, setting: Setting, set: (value: number) => void): HTMLElement {
  const { value, min, max } = setting;
  const input = h("input", {
    type: "text",
    class: "setting-value",
    inputmode: "decimal",
    value: Number.isFinite(value) ? String(value) : "",
    "data-setting": name,
    title: rangeText(min, max),
    size: 9,
  });
  const form = h("form", {}, h("label", {}, h("span", {}, name), input), h("button", { type: "submit" }, "Set"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = input.value.trim() === "" ? Number.NaN : Number(input.value);
    const fits = Number.isFinite(wanted) && wanted >= (min ?? wanted) && wanted <= (max ?? wanted);
    input.setCustomValidity(fits ? "" : `expected a number${rangeText(min, max)}`);
    if (input.reportValidity()) {
      input.blur();
      set(wanted);
    }
  });
  input.addEventListener("input", () => input.setCustomValidity(""));
  return form;
}

function rangeText(min: number | undefined, max: number | undefined): string {
  const parts: string[] = [];
  if (min !== undefined && Number.isFinite(min)) parts.push(`at least ${min}`);
  if (max !== undefined && Number.isFinite(max)) parts.push(`at most ${max}`);
  return parts.length === 0 ? "" : ` ${parts.join(", ")}`;
}
