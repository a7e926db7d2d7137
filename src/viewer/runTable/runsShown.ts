/** Which runs are listed, and in which order: what was typed, and the column by which they are sorted. */
import type { RunInfo } from "../../server/messages.ts";
import { matching, readQuery, sortPlaces } from "./query.ts";
import { columnsOf, type RunColumn, varies } from "./runColumns.ts";

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

/** Runs change often while a campaign goes on. They are looked through for at most 1 / `share` of the time. */
const share = 6;

/** The runs as they are listed: chosen and sorted, again whenever runs, query or sorting have changed. */
export class RunsShown {
  /** Number that changes whenever the fields below do. */
  version = 0;
  columns: readonly RunColumn[] = columnsOf([]);
  /** Names of columns in which runs differ. */
  varying: ReadonlySet<string> = new Set();
  /** Places of the listed runs in {@link runs}. */
  places: Uint32Array = new Uint32Array(0);
  mistake: string | undefined;
  runs: readonly RunInfo[] = [];
  #query = "";
  #sorting: Sorting | undefined;
  #stale = false;
  #notBefore = 0;

  get query(): string {
    return this.#query;
  }
  get sorting(): Sorting | undefined {
    return this.#sorting;
  }
  /** Takes the runs, which are another array whenever one of them has changed. */
  take(runs: readonly RunInfo[]): void {
    if (runs === this.runs) return;
    this.runs = runs;
    this.#stale = true;
  }
  find(query: string): void {
    this.#query = query;
    this.#refresh();
  }
  /** Sorts by a column: up, the next time down, then as the runs began. */
  sortBy(column: string): void {
    const isSorted = this.#sorting?.column === column;
    if (!isSorted) this.#sorting = { column, descending: false };
    else this.#sorting = this.#sorting?.descending === true ? undefined : { column, descending: true };
    this.#refresh();
  }
  /** Looks through the runs again if they have changed, unless that was done just before. Returns whether it is up to date. */
  settle(): boolean {
    if (!this.#stale) return true;
    if (performance.now() < this.#notBefore) return false;
    this.#refresh();
    return true;
  }
  /** Place of a run in the list; -1: it is not listed. */
  placeOf(name: string | undefined): number {
    return this.places.findIndex((place) => this.runs[place]?.name === name);
  }
  at(place: number): RunInfo | undefined {
    const index = this.places[place];
    return index === undefined ? undefined : this.runs[index];
  }

  #refresh(): void {
    const began = performance.now();
    if (this.#stale) {
      this.columns = columnsOf(this.runs);
      this.varying = new Set(this.columns.filter((column) => varies(column, this.runs)).map(({ name }) => name));
      this.#stale = false;
    }
    const query = readQuery(this.#query, this.columns);
    this.mistake = query.mistake;
    const found = matching(this.runs, query);
    const column = this.columns.find(({ name }) => name === this.#sorting?.column);
    const descending = this.#sorting?.descending === true;
    this.places = column === undefined ? found : sortPlaces(found, this.runs, column, descending);
    this.version++;
    this.#notBefore = performance.now() + share * (performance.now() - began);
  }
}
