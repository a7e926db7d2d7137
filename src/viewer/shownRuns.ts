/** Keeps the runs that are drawn: the one in focus and those compared with it, each with a slot and a feed. */
import type { RunInfo } from "../server/messages.ts";
import { type ShownRun, stepsBetween, type View, type XAxis } from "./charts/series.ts";
import type { RunData } from "./runData.ts";
import { openFeed, type RunFeed } from "./runFeed.ts";
import { slots } from "./runStyle.ts";

interface Shown {
  readonly slot: number;
  readonly feed: RunFeed;
  detail: RunData | undefined;
}

/** Milliseconds without a change of the zoom after which finer rows are asked for. */
const detailDelay = 120;

export class ShownRuns {
  focus: string | undefined;
  readonly #compared = new Set<string>();
  readonly #shown = new Map<string, Shown>();
  #infos: readonly RunInfo[] = [];
  #detailTimer: number | undefined;

  constructor(
    private axis: XAxis,
    private readonly changed: () => void,
  ) {}

  get slots(): ReadonlyMap<string, number> {
    return new Map([...this.#shown].map(([name, { slot }]) => [name, slot]));
  }
  data(name: string): RunData | undefined {
    return this.#shown.get(name)?.feed.data;
  }
  /** What went wrong with the rows of the run in focus. */
  get trouble(): string | undefined {
    return this.focus === undefined ? undefined : this.#shown.get(this.focus)?.feed.trouble;
  }
  /** Returns the runs to draw, in the order of their slots. */
  list(): ShownRun[] {
    const runs = this.#infos.flatMap((run) => {
      const shown = this.#shown.get(run.name);
      if (shown === undefined) return [];
      const { slot, feed, detail } = shown;
      const players = playersOf(run);
      return [{ name: run.name, slot, live: run.live, columns: run.columns, players, data: feed.data, detail }];
    });
    return runs.sort((a, b) => a.slot - b.slot);
  }

  take(infos: readonly RunInfo[]): void {
    this.#infos = infos;
    const live = new Set(infos.filter((run) => run.live).map(({ name }) => name));
    for (const [name, { feed }] of this.#shown) if (live.has(name)) feed.resume();
    this.#settle();
  }
  look(name: string): void {
    this.focus = name;
    this.#settle();
  }
  /**
   * Begins to compare a run with the others, or stops.
   *
   * @returns false if there is no room for another run
   */
  compare(name: string): boolean {
    if (this.#compared.delete(name)) {
      this.#settle();
      return true;
    }
    if (this.#shown.size >= slots) return false;
    this.#compared.add(name);
    this.#settle();
    return true;
  }

  /** Changes the x axis. History that was thinned for another axis is asked for again. */
  setAxis(axis: XAxis): void {
    const before = scaleOf(this.axis);
    this.axis = axis;
    if (scaleOf(axis) === before) return;
    for (const { feed } of this.#shown.values()) if (feed.data.thinned) feed.restart(scaleOf(axis));
  }

  /** Changes the zoom. Where rows were left out, those within the zoom are asked for at a finer resolution. */
  setZoom(zoom: View["zoom"]): void {
    clearTimeout(this.#detailTimer);
    if (zoom !== undefined) {
      this.#detailTimer = window.setTimeout(() => void this.#fetchDetails(zoom), detailDelay);
      return;
    }
    for (const shown of this.#shown.values()) shown.detail = undefined;
  }
  async #fetchDetails({ min, max }: NonNullable<View["zoom"]>): Promise<void> {
    const timer = this.#detailTimer;
    const coarse = [...this.#shown.values()].filter(({ feed }) => feed.data.thinned);
    await Promise.allSettled(
      coarse.map(async (shown) => {
        const detail = await shown.feed.detail(...stepsBetween(shown.feed.data, this.axis, min, max));
        if (timer === this.#detailTimer) shown.detail = detail;
      }),
    );
    this.changed();
  }

  /** Opens and closes feeds so that exactly the wanted runs have one. */
  #settle(): void {
    const wanted = new Set([...(this.focus === undefined ? [] : [this.focus]), ...this.#compared]);
    for (const [name, { feed }] of this.#shown) {
      if (wanted.has(name)) continue;
      feed.close();
      this.#shown.delete(name);
    }
    for (const run of this.#infos) {
      if (!wanted.has(run.name) || this.#shown.has(run.name)) continue;
      const taken = new Set([...this.#shown.values()].map(({ slot }) => slot));
      const slot = Array.from({ length: slots }, (_, index) => index).find((index) => !taken.has(index)) ?? 0;
      const feed = openFeed(run, scaleOf(this.axis), this.changed);
      this.#shown.set(run.name, { slot, feed, detail: undefined });
    }
    this.changed();
  }
}

function scaleOf({ quantity, log }: XAxis): "linear" | "log" {
  return quantity === "step" && log ? "log" : "linear";
}

function playersOf({ description }: RunInfo): readonly string[] {
  if (typeof description !== "object" || description === null || Array.isArray(description)) return [];
  const { players } = description as { readonly players?: unknown };
  return Array.isArray(players) ? players.map(String) : [];
}
