/** The page: connects its parts with the server and with the person who watches. */
import { commandFromJson } from "../arrow/runMetadata.ts";
import type { RunInfo, ServerMessage } from "../server/messages.ts";
import { makeChartBoard } from "./charts/chartBoard.ts";
import { SeedFeeds } from "./charts/seeds/seedFeeds.ts";
import type { View } from "./charts/series.ts";
import { makeAddressWriter } from "./charts/view/addressWriter.ts";
import { makeViewControls } from "./charts/view/viewControls.ts";
import { parseViewState } from "./charts/view/viewState.ts";
import { makeXAxisControls } from "./charts/view/xAxisControls.ts";
import { moved, scaledBy } from "./charts/view/zoom.ts";
import { makeConnectionBadge } from "./connectionBadge.ts";
import { byId, setText } from "./dom.ts";
import { makeFigures } from "./figures.ts";
import { type KeyAction, keyTable, listenToKeys } from "./keyboard.ts";
import { hideToken, openLink } from "./link.ts";
import { RunData } from "./runData.ts";
import { makeRunList } from "./runList.ts";
import { makeRunSummary } from "./runSummary.ts";
import { KnownRuns } from "./runTable/knownRuns.ts";
import { makeRunFinder } from "./runTable/runFinder.ts";
import { ShownRuns } from "./shownRuns.ts";
import { makeSlicePanel, type SliceOrder } from "./slices/slicePanel.ts";
import { type GivenCommand, makeSteering } from "./steering.ts";
import { showTabState } from "./tabState.ts";
import { applyTheme, currentTheme, nextTheme, onSystemTheme } from "./theme.ts";
import { makeVerdictPanel } from "./verdict.ts";

/** Milliseconds between two drawings; the eye cannot follow more. */
const redrawEvery = 100;
/** Drawing takes at most 1 / `share` of the time, so that the page stays responsive with many curves. */
const share = 3;

hideToken();

/** What the link says that was opened, if it says anything of the view. */
const linked = parseViewState(location.hash);
const writeAddress = makeAddressWriter();

let runs: readonly RunInfo[] = [];
const known = new KnownRuns(() => takeRuns(known.list));
let zoom: View["zoom"] = linked?.zoom;
let zoomIsNew = zoom !== undefined;
let drawAgainAt = 0;
let drawing = false;
let commandId = 0;
/** Run to which the list was scrolled. */
let revealed: string | undefined;
const noData = new RunData({});

const xAxis = makeXAxisControls((axis) => {
  setZoom(undefined);
  shown.setAxis(axis);
  draw();
}, linked?.axis);
const shown = new ShownRuns(xAxis.axis, draw);
const seedFeeds = new SeedFeeds(draw);
const controls = makeViewControls(linked ?? { smoothing: 0, seeds: false }, draw);
const board = makeChartBoard(byId("charts"), { zoom: setZoom, look, changed: draw }, linked);
byId("charts").before(controls.element);
const summary = makeRunSummary();
const steering = makeSteering(command);
const verdict = makeVerdictPanel();
const slices = makeSlicePanel(command);
byId("run").append(summary.element, verdict.element, steering.element, slices.element);
byId("charts").after(summary.details, makeFigures());
const handlers = {
  focus: look,
  compare(name: string) {
    if (name !== shown.focus && !shown.compare(name)) notice("At most eight runs can be compared at once.");
    draw();
  },
};
const runList = makeRunList(byId("runs"), handlers);
const finder = makeRunFinder(handlers, draw);
byId("run").before(finder.table);
byId("find").append(finder.controls);
byId("charts").querySelector(".add-row")?.before(finder.ends);
const follow = byId<HTMLInputElement>("follow");
follow.addEventListener("change", followNewest);
const resetZoom = byId<HTMLButtonElement>("reset-zoom");
resetZoom.addEventListener("click", () => setZoom(undefined));

function draw(): void {
  if (drawing) return;
  drawing = true;
  const wait = Math.max(0, drawAgainAt - performance.now());
  setTimeout(() => {
    requestAnimationFrame(() => {
      drawing = false;
      const began = performance.now();
      drawNow();
      const took = performance.now() - began;
      drawAgainAt = began + Math.max(redrawEvery, share * took);
    });
  }, wait);
}

function drawNow(): void {
  const list = shown.list();
  for (const name of shown.slots.keys()) void known.complete(name);
  if (zoomIsNew && list.length > 0 && list.every(({ data }) => data.length > 0)) {
    // Finer rows are asked for once it is known which are missing.
    zoomIsNew = false;
    shown.setZoom(zoom);
  }
  const focused = known.get(shown.focus);
  document.body.classList.toggle("no-runs", runs.length === 0);
  const runsView = {
    shown: finder.shown,
    focus: shown.focus,
    slots: shown.slots,
    lastStep: (run: RunInfo) => shown.data(run.name)?.lastStep ?? run.lastStep,
  };
  finder.update(runs, runsView);
  runList.update(runsView);
  if (shown.focus !== undefined && shown.focus !== revealed) runList.reveal(shown.focus);
  revealed = shown.focus;
  if (focused !== undefined) {
    summary.update(focused, shown.data(focused.name) ?? noData);
    verdict.update(focused, shown.data(focused.name) ?? noData);
    slices.update(focused, shown.data(focused.name) ?? noData);
  }
  steering.update(focused);
  controls.offerSeeds(seedFeeds.offered(list));
  board.update(view());
  board.updateRuns(runs, shown.slots);
  resetZoom.hidden = zoom === undefined;
  setText(byId("trouble"), shown.trouble ?? "");
  if (runs.length > 0) keepInAddress();
  showTabState(focused, focused === undefined ? undefined : (shown.data(focused.name) ?? noData));
}

/** What the charts show, with runs that differ in the seed only joined if a person wants it. */
function view(): View {
  const list = shown.list();
  const { smoothing, seeds } = controls;
  return { runs: seeds ? seedFeeds.joined(list) : list, axis: xAxis.axis, zoom, smoothing };
}

function keepInAddress(): void {
  const theme = currentTheme();
  const names = shown.list().map(({ name }) => name);
  const { smoothing, seeds } = controls;
  writeAddress({
    runs: names,
    focus: shown.focus,
    axis: xAxis.axis,
    zoom,
    smoothing,
    seeds,
    ...board.chosen,
    theme: theme === "auto" ? undefined : theme,
  });
}

function setZoom(range: View["zoom"]): void {
  zoom = range;
  shown.setZoom(range);
  draw();
}

function takeRuns(list: readonly RunInfo[]): void {
  const isFirst = runs.length === 0;
  runs = list;
  shown.take(list);
  seedFeeds.take(list);
  if (isFirst && list.length > 0) showLinked();
  if (isFirst || follow.checked) followNewest();
  draw();
}

/** Shows the runs that the link names, as far as they are there. No newer run takes the place of an older one. */
function showLinked(): void {
  const there = new Set(runs.map(({ name }) => name));
  const names = (linked?.runs ?? []).filter((name) => there.has(name));
  const [first, ...others] = names;
  if (first === undefined) return;
  const focus = linked?.focus !== undefined && there.has(linked.focus) ? linked.focus : first;
  shown.look(first);
  if (others.length > 0) for (const name of names) shown.compare(name);
  shown.look(focus);
  follow.checked = names.length === 1 && focus === newestRun()?.name;
}

function newestRun(): RunInfo | undefined {
  return runs.findLast((run) => run.live) ?? runs.at(-1);
}

/** Shows the newest run that is still going, else the newest of all. */
function followNewest(): void {
  if (!follow.checked && shown.focus !== undefined) return;
  const newest = newestRun();
  if (newest !== undefined && newest.name !== shown.focus) shown.look(newest.name);
}

function step(by: 1 | -1): void {
  const next = finder.shown.at(finder.shown.placeOf(shown.focus) + by);
  if (next === undefined) return;
  look(next.name);
}

/** Shows a run that a person chose. From then on no newer run takes its place. */
function look(name: string): void {
  follow.checked = false;
  shown.look(name);
}

function command(run: string, given: GivenCommand | SliceOrder): number {
  commandId++;
  link.send({ command: { run, id: commandId, ...given } });
  return commandId;
}

function takeReply({ run, id, outcome }: Extract<ServerMessage, { reply: unknown }>["reply"]): void {
  if (outcome.type === "slice") slices.replied(run, commandFromJson(outcome));
  else steering.replied(run, Number(id), outcome);
  draw();
}

function notice(text: string): void {
  const box = byId("notice");
  setText(box, text);
  box.hidden = false;
  setTimeout(() => {
    box.hidden = true;
  }, 5000);
}

const showState = makeConnectionBadge(byId("connection"), byId("banner"));
const link = openLink(
  {
    state(state) {
      showState(state);
      if (state.kind === "lost") {
        steering.forget();
        slices.forget();
      }
    },
    message(message: ServerMessage) {
      if ("runs" in message) known.takeAll(message.runs);
      else if ("changed" in message) known.takeSome(message.changed);
      else if ("reply" in message) takeReply(message.reply);
      else if ("error" in message) notice(message.error.message);
      // A run that gives no rows is said to be silent as time passes.
      else if ("heartbeat" in message) draw();
      if (known.list !== runs) takeRuns(known.list);
    },
  },
  "brief",
);

const themeButton = byId<HTMLButtonElement>("theme");
function changeTheme(): void {
  setText(themeButton, `Theme: ${nextTheme()}`);
  board.restyle();
  draw();
}
applyTheme(linked?.theme ?? currentTheme());
setText(themeButton, `Theme: ${currentTheme()}`);
themeButton.addEventListener("click", changeTheme);
onSystemTheme(() => board.restyle());

const help = byId<HTMLDialogElement>("help");
const actions: readonly KeyAction[] = [
  { keys: [" "], meaning: "pause or resume", act: steering.pauseOrResume },
  { keys: ["."], meaning: "one step, then pause", act: steering.step },
  { keys: ["x"], meaning: "stop the run (press twice)", act: steering.stop },
  { keys: ["j"], meaning: "next run", act: () => step(1) },
  { keys: ["k"], meaning: "previous run", act: () => step(-1) },
  { keys: ["/"], meaning: "find runs", act: finder.find },
  { keys: ["r"], meaning: "show or hide the table of runs", act: finder.toggleTable },
  { keys: ["l"], meaning: "switch the x axis between logarithmic and linear", act: xAxis.toggleLog },
  {
    keys: ["y"],
    meaning: "switch the y axis between logarithmic and linear, in the focused chart or in all charts",
    act: board.toggleY,
  },
  { keys: ["+", "="], meaning: "zoom in (or drag over a chart)", act: () => setZoom(scaledBy(view(), 0.5)) },
  { keys: ["-"], meaning: "zoom out", act: () => setZoom(scaledBy(view(), 2)) },
  { keys: ["ArrowLeft"], meaning: "move the zoom to earlier steps", act: () => setZoom(moved(view(), -0.25)) },
  { keys: ["ArrowRight"], meaning: "move the zoom to later steps", act: () => setZoom(moved(view(), 0.25)) },
  { keys: ["0"], meaning: "show the whole run (or double-click)", act: () => setZoom(undefined) },
  { keys: ["t"], meaning: "change the theme", act: changeTheme },
  { keys: ["?"], meaning: "show this help", act: () => help.showModal() },
];
listenToKeys(actions);
byId("keys").append(keyTable(actions));
byId("open-help").addEventListener("click", () => help.showModal());
byId("close-help").addEventListener("click", () => help.close());
