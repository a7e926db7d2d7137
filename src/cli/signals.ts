/** Handles Ctrl-C and the other signals that end a process. */

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof codes;
const names = Object.keys(codes) as Signal[];

interface SignalWatch {
  /** 128 + the number of the signal that came; 130 if none did, since a viewer may have asked for the stop. */
  exitCode(): number;
  close(): void;
}

/** The first signal asks for a stop, the second ends the process at once. */
export function watchSignals(onFirst: () => void): SignalWatch {
  let first: Signal | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (first !== undefined) process.exit(codes[signal as Signal]);
    first = signal as Signal;
    onFirst();
  };
  for (const name of names) process.on(name, listener);
  return {
    exitCode: () => codes[first ?? "SIGINT"],
    close() {
      for (const name of names) process.off(name, listener);
    },
  };
}

/** Waits for a signal. The signal has no other effect. */
export function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    const listener = (): void => {
      for (const name of names) process.off(name, listener);
      resolve();
    };
    for (const name of names) process.on(name, listener);
  });
}
