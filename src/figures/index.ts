export { builtInFigures } from "./builtIn.ts";
export { described, type Figure, type FigureSource, type RecordedRun, recordedRun } from "./figure.ts";
export { logAxis } from "./logAxis.ts";
export { type LegendEntry, type Page, type Panel, page } from "./page.ts";
