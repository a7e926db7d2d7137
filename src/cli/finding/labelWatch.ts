/** Notices that `fluxion tag`, `note` or `rename` has changed the labels of runs that are being served. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { labelsFileName } from "./labels.ts";

/** Milliseconds between two looks. */
const every = 1000;
/** Milliseconds that a look takes at most: 2 % of the time. The next one goes on where it ended. */
const share = 20;
/** Number of files between two looks at the clock. */
const stride = 16;
/** Number of runs with labels up to which they are looked at each time. */
const fewLabelled = 1000;

interface LabelWatch {
  /** Begins to watch a run. If it has labels, `changed` is called once for those that it has now. */
  place(name: string, directory: string): void;
  close(): void;
}

interface LabelWatchOptions {
  /** Milliseconds between two looks. Default: 1000. */
  readonly every?: number;
  /** Milliseconds that a look takes at most. Default: 20. */
  readonly share?: number;
}

/**
 * Makes the watch. `changed` is called with a run whose `labels.json` is another, or is gone.
 *
 * It looks at the times of files, since a system lets few directories be watched, and none on a network. A look goes
 * through about 5000 runs, so that a change among 100,000 is seen after up to half a minute. The first thousand runs that
 * have labels are looked at each time.
 */
export function watchLabels(
  changed: (name: string, directory: string) => void,
  { every: interval = every, share: most = share }: LabelWatchOptions = {},
): LabelWatch {
  const directories = new Map<string, string>();
  /** States of the files that are there, by the names of their runs. */
  const states = new Map<string, string>();
  let rest: Iterator<string> | undefined;

  function look(name: string): void {
    const directory = directories.get(name)!;
    const state = stateOf(directory);
    if (state === (states.get(name) ?? "")) return;
    if (state === "") states.delete(name);
    else states.set(name, state);
    changed(name, directory);
  }
  const timer = setInterval(() => {
    const until = performance.now() + most;
    for (const name of [...states.keys()].slice(0, fewLabelled)) look(name);
    const from = rest ?? directories.keys();
    rest = from;
    for (let count = 1; ; count++) {
      const next = from.next();
      if (next.done === true) {
        rest = undefined;
        return;
      }
      look(next.value);
      if (count % stride === 0 && performance.now() > until) return;
    }
  }, interval);
  timer.unref();
  return {
    place: (name, directory) => void directories.set(name, directory),
    close: () => clearInterval(timer),
  };
}

/** What tells one state of the labels of a directory from another; "" if it has none. */
function stateOf(directory: string): string {
  try {
    const facts = statSync(join(directory, labelsFileName), { throwIfNoEntry: false });
    return facts === undefined ? "" : `${facts.mtimeMs} ${facts.size} ${facts.ino}`;
  } catch {
    // What cannot be looked at now may be there again at the next look.
    return "";
  }
}
