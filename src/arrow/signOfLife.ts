/** What a lease tells a reader about the writer of a directory that cannot be seen from here. */
import { builtin, environment } from "../host.ts";
import { isAlive, isVisible, type WriterProcess } from "./processIdentity.ts";

/** Seconds without a sign of life after which an owner that cannot be seen is taken for dead. */
export function staleAfter(): number {
  const given = Number(environment("FLUXION_LEASE_SECONDS"));
  return Number.isFinite(given) && given > 0 ? given : 30;
}

const leaseFile = /^lease-(\d+)\.json$/;

/**
 * Time of the newest sign of life in a run's directory, or in that of its experiment, which has the lease of all its
 * runs; undefined if neither has a lease.
 */
export function lastSign(directory: string): Date | undefined {
  const { readdirSync, statSync } = builtin("node:fs", "runState");
  for (const place of [directory, `${directory}/..`]) {
    try {
      const times = readdirSync(place)
        .filter((name) => leaseFile.test(name))
        .flatMap((name) => statSync(`${place}/${name}`, { throwIfNoEntry: false })?.mtimeMs ?? []);
      if (times.length > 0) return new Date(Math.max(...times));
    } catch {
      // A directory that cannot be read tells nothing.
    }
  }
  return undefined;
}

/**
 * Whether a sign of life is fresh. This compares the clock of the file system with that of this machine, so it serves to
 * show a state, never to take a directory: there only change counts.
 */
function isFresh(sign: Date): boolean {
  return Date.now() - sign.getTime() < 1000 * staleAfter();
}

/** Tells what is known of the process that writes a run's directory, or an experiment's, and has not said how it ended. */
export function writerState(process: WriterProcess, directory: string): "running" | "killed" | "unknown" {
  if (isVisible(process)) return isAlive(process) ? "running" : "killed";
  const sign = lastSign(directory);
  return sign !== undefined && isFresh(sign) ? "running" : "unknown";
}
