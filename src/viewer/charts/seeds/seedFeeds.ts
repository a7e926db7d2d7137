/** Keeps the rows of all runs that differ from a shown one in the seed only, beyond those that have a curve each. */
import type { RunInfo } from "../../../server/messages.ts";
import { RunData } from "../../runData.ts";
import { fetchRows } from "../../runFeed.ts";
import type { SeedRun, ShownRun } from "../series.ts";
import { groupOf, seedsMost } from "./seedGroups.ts";

/** Number of rows of each run. */
const points = 1000;
/** Requests at once. */
const together = 4;
/** Milliseconds after which rows of a live run are asked for again. */
const refreshEvery = 3000;

interface Read {
  data: RunData;
  at: number;
  /** Whether all its rows are here. */
  whole: boolean;
}

export class SeedFeeds {
  #infos: readonly RunInfo[] = [];
  readonly #read = new Map<string, Read>();
  readonly #groups = new Map<string, string>();
  #byGroup: { readonly members: Map<string, RunInfo[]>; readonly groupOf: Map<string, string> } | undefined;
  #asking = false;

  constructor(private readonly changed: () => void) {}

  take(infos: readonly RunInfo[]): void {
    if (infos === this.#infos) return;
    this.#infos = infos;
    this.#byGroup = undefined;
  }
  /** Returns how many runs the largest group of a shown run has. */
  offered(shown: readonly ShownRun[]): number {
    return Math.max(0, ...shown.map((run) => this.#members(run.name).length));
  }
  /** Joins shown runs of one group into the first of them, with all runs of the group as its seeds. */
  joined(shown: readonly ShownRun[]): readonly ShownRun[] {
    const heads = new Map<string, ShownRun>();
    const needed = new Set<string>();
    for (const run of shown) {
      const members = this.#members(run.name);
      const group = members[0]?.name ?? run.name;
      if (heads.has(group)) continue;
      const seeds = members.flatMap((info): SeedRun[] => {
        const own = shown.find(({ name }) => name === info.name);
        if (own !== undefined) return [{ data: own.data, live: own.live }];
        needed.add(info.name);
        const read = this.#read.get(keyOf(info));
        return read === undefined || read.data.length === 0 ? [] : [{ data: read.data, live: info.live }];
      });
      heads.set(group, { ...run, seeds });
    }
    void this.#ask(needed);
    return [...heads.values()];
  }

  /** The group of a run in the order of the list, so that it is the same for each of its runs. */
  #members(name: string): readonly RunInfo[] {
    this.#byGroup ??= this.#index();
    const group = this.#byGroup.groupOf.get(name);
    return group === undefined ? [] : this.#byGroup.members.get(group)!.slice(0, seedsMost);
  }
  /** Sorts the runs into groups, once for each list: there may be very many. */
  #index() {
    const members = new Map<string, RunInfo[]>();
    const groups = new Map<string, string>();
    for (const info of this.#infos) {
      const group = this.#group(info);
      groups.set(info.name, group);
      const there = members.get(group);
      if (there === undefined) members.set(group, [info]);
      else there.push(info);
    }
    return { members, groupOf: groups };
  }
  #group(info: RunInfo): string {
    const key = keyOf(info);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = groupOf(info);
      this.#groups.set(key, group);
    }
    return group;
  }

  async #ask(names: ReadonlySet<string>): Promise<void> {
    if (this.#asking || document.hidden) return;
    const wanted = this.#infos.filter((info) => {
      if (!names.has(info.name)) return false;
      const read = this.#read.get(keyOf(info));
      return read === undefined || (!read.whole && performance.now() - read.at > refreshEvery);
    });
    if (wanted.length === 0) return;
    this.#asking = true;
    for (let from = 0; from < wanted.length; from += together) {
      await Promise.all(wanted.slice(from, from + together).map((info) => this.#fetch(info)));
      this.changed();
    }
    this.#asking = false;
    this.changed();
  }
  async #fetch(info: RunInfo): Promise<void> {
    const numbers = Object.entries(info.columns).filter(([, { kind }]) => kind === undefined || kind === "number");
    const plain = ["step", "seconds", "status", "evaluations", "products", "value", "squaredFieldNorm", "stepSize"];
    const columns = [...plain, ...numbers.map(([name]) => name)].join(",");
    const data = new RunData(info.columns);
    let whole = !info.live;
    try {
      for (const batch of await fetchRows(info.name, { points, columns, scale: "log" })) data.append(batch);
    } catch {
      // The server has ended or the run is gone: the rows that are here stay, and later it is asked for again.
      whole = false;
    }
    const before = this.#read.get(keyOf(info));
    const kept = data.length === 0 && before !== undefined ? before.data : data;
    this.#read.set(keyOf(info), { data: kept, at: performance.now(), whole });
  }
}

function keyOf({ name, attempt }: RunInfo): string {
  return `${attempt} ${name}`;
}
