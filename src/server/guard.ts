/** Wraps listeners, so that nothing that comes over the network can throw into the process. */

/**
 * Makes a listener that never throws.
 *
 * Every listener of http, ws, sockets and timers in this room is made by a guard; `test/server/guard.test.ts` looks for
 * one that is not. A promise that the listener returns is watched too.
 *
 * @param listener what is to be done
 * @param afterFault what is done when it throws: usually the connection is closed
 */
export type Guard = <A extends readonly unknown[]>(
  listener: (...args: A) => unknown,
  afterFault?: (error: unknown, ...args: A) => void,
) => (...args: A) => void;

/** @param report called with each fault; it must not throw */
export function makeGuard(report: (error: unknown) => void): Guard {
  return (listener, afterFault) =>
    (...args) => {
      const fault = (error: unknown): void => {
        report(error);
        try {
          afterFault?.(error, ...args);
        } catch (second) {
          report(second);
        }
      };
      try {
        const result = listener(...args);
        if (result instanceof Promise) result.catch(fault);
      } catch (error) {
        fault(error);
      }
    };
}

/** Makes a report that warns of the first fault of each kind and stays silent about its repetitions. */
export function warnOnce(warn: (message: string) => void): (error: unknown) => void {
  const told = new Set<string>();
  return (error) => {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    // Whoever sends nonsense must not be able to fill a log or this set.
    if (told.size >= 20 || told.has(text)) return;
    told.add(text);
    try {
      warn(`the page's server went on after an internal error: ${text}`);
    } catch {
      // A warning that cannot be given changes nothing.
    }
  };
}
