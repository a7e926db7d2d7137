import { EMPTY, from, mergeMap, Observable } from "rxjs";
import { experimentIfWhole, experimentState, experimentsIn } from "../experimentFile.ts";
import { type FoundRun, runsIn } from "../runDirectories.ts";

/** Seconds between two looks for runs that have begun. */
const every = 2;

/**
 * Emits the runs in a directory, those that are there and those that begin while one of its experiments goes on, then
 * completes.
 */
export function runsAsTheyBegin(directory: string): Observable<FoundRun> {
  return new Observable<readonly FoundRun[]>((subscriber) => {
    const known = new Set<string>();
    let timer: NodeJS.Timeout | undefined;
    const look = (): void => {
      try {
        // First the state: a run that began before the end is found afterwards.
        const goesOn = goesOnIn(directory);
        const fresh = runsIn(directory).filter((run) => !known.has(run.directory));
        for (const run of fresh) known.add(run.directory);
        subscriber.next(fresh);
        if (goesOn) timer = setTimeout(look, 1000 * every);
        else subscriber.complete();
      } catch (error) {
        subscriber.error(error);
      }
    };
    look();
    return () => clearTimeout(timer);
  }).pipe(mergeMap((runs) => (runs.length === 0 ? EMPTY : from(runs))));
}

/** Whether one of the experiments in a directory goes on, so that runs may begin there. */
export function goesOnIn(directory: string): boolean {
  return experimentsIn(directory).some((path) => {
    const file = experimentIfWhole(path);
    return file !== undefined && experimentState(file) === "running";
  });
}
