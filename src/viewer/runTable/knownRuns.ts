/** The runs that the server has told of. A long list tells of each briefly; more is asked for the runs that are shown. */

import { expanded } from "../../server/list/listedRun.ts";
import type { ListedRun, RunInfo } from "../../server/messages.ts";
import { address } from "../link.ts";

export class KnownRuns {
  /** Another array whenever a run has changed. */
  list: readonly RunInfo[] = [];
  readonly #places = new Map<string, number>();
  /** Runs of which not everything is known. */
  #brief = new WeakSet<RunInfo>();
  readonly #asked = new Set<string>();

  constructor(private readonly changed: () => void) {}

  get(name: string | undefined): RunInfo | undefined {
    const place = name === undefined ? undefined : this.#places.get(name);
    return place === undefined ? undefined : this.list[place];
  }
  /** Takes the whole list. */
  takeAll(list: readonly ListedRun[]): void {
    const runs = expanded(list);
    this.#places.clear();
    this.#brief = new WeakSet(runs);
    for (const [place, { name }] of runs.entries()) this.#places.set(name, place);
    this.list = runs;
    this.#asked.clear();
  }
  /** Takes runs that are new or have changed. */
  takeSome(list: readonly ListedRun[]): void {
    const runs = [...this.list];
    for (const run of expanded(list)) {
      const place = this.#places.get(run.name) ?? runs.length;
      this.#places.set(run.name, place);
      runs[place] = run;
    }
    this.list = runs;
  }
  /** Asks for the rest of what is known of a run. */
  async complete(name: string): Promise<void> {
    const run = this.get(name);
    if (run === undefined || !this.#brief.has(run) || this.#asked.has(name)) return;
    this.#asked.add(name);
    try {
      const response = await fetch(address(`/runs/${encodeURIComponent(name)}`));
      if (!response.ok) return;
      const { run: whole } = (await response.json()) as { readonly run: RunInfo };
      this.takeSome([whole]);
      this.changed();
    } catch {
      // The connection is lost. The list comes again with the next one, and then it is asked for anew.
    }
  }
}
