/** Says what the command is doing where that takes more than two seconds, with the time left where it is known. */
import { makeStatusWriter, type StatusStream } from "../../sinks/statusWriter.ts";

/** Milliseconds after which something is said. */
const silentFor = 2000;

interface Waiting {
  /** Says how much is done, if it takes long. Call it often: it looks at the clock. */
  at(done: number): void;
  /** Removes the line that changes. */
  end(): void;
}

/**
 * @param doing what is counted, as in "reading 300 of 9000 runs"
 * @param of how much there is to do; undefined: that is not known
 */
export function waiting(
  doing: { readonly verb: string; readonly what: string },
  of: number | undefined,
  stream: StatusStream = process.stderr,
  now: () => number = () => performance.now(),
): Waiting {
  const began = now();
  const writer = makeStatusWriter(stream);
  let told = false;
  return {
    at(done) {
      const passed = now() - began;
      if (passed < silentFor) return;
      const line = waitingLine(doing, passed, done, of);
      // Where lines cannot change, the first one comes at once, and others now and then.
      if (!told && stream.isTTY !== true) writer.keep(line);
      else writer.tell(line);
      told = true;
    },
    end: writer.end,
  };
}

function waitingLine(
  { verb, what }: { readonly verb: string; readonly what: string },
  passed: number,
  done: number,
  of: number | undefined,
): string {
  if (of === undefined) return `${verb} ${what}: ${(passed / 1000).toFixed(0)} s`;
  const left = done > 0 ? `, ${(((passed / done) * Math.max(0, of - done)) / 1000).toFixed(0)} s left` : "";
  return `${verb} ${done} of ${of} ${what}${left}`;
}
