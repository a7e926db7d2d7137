/** Runs that a server which was started again is about to be told of. Whoever asks for one of them waits. */
interface AwaitedRuns {
  /** Resolves when the run is known; undefined if nobody will tell of it. */
  known(name: string): Promise<void> | undefined;
  /** Says that a run is known now. */
  tell(name: string): void;
}

export function makeAwaitedRuns(names: readonly string[]): AwaitedRuns {
  const waiting = new Map<string, { readonly promise: Promise<void>; readonly resolve: () => void }>();
  for (const name of names) {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    waiting.set(name, { promise, resolve });
  }
  return {
    known: (name) => waiting.get(name)?.promise,
    tell(name) {
      waiting.get(name)?.resolve();
      waiting.delete(name);
    },
  };
}
