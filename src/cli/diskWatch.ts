/** Watches how much a session writes: its budget, and the space that the disk has left. */
import { lstatSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";

interface DiskWatchOptions {
  readonly directory: string;
  /** Bytes that the directory may take. Absent: no limit. */
  readonly budget?: number | undefined;
  readonly warn: (line: string) => void;
  /** Called once, when the budget is used up. */
  readonly full: () => void;
  /** Bytes that the disk has left; undefined if that cannot be found out. */
  readonly free?: (directory: string) => number | undefined;
  /** Bytes of the files in a directory. */
  readonly size?: (directory: string) => number;
  /** Milliseconds, from any origin. */
  readonly now?: () => number;
}

/** Share of the budget at which a warning comes. */
const nearly = 0.8;

/** A disk with less than this left, or that is full sooner than this, is worth a warning. */
const [littleBytes, littleSeconds] = [1e9, 600];

/** Makes a function to be called with the number of bytes of each piece that was written. */
export function watchDisk(options: DiskWatchOptions): (bytes: number) => void {
  const { directory, budget, warn, full, free = freeBytes, size = sizeOf, now = () => performance.now() } = options;
  const began = now();
  let written = 0;
  let used = budget === undefined ? 0 : size(directory);
  let unmeasured = 0;
  let looked = Number.NEGATIVE_INFINITY;
  let warnedBelow = Number.POSITIVE_INFINITY;
  let state: "fine" | "nearly" | "full" = "fine";

  const checkBudget = (bytes: number): void => {
    if (budget === undefined || state === "full") return;
    unmeasured += bytes;
    // Checkpoints and the files of campaigns are not among these bytes, so the files are looked at now and then.
    if (unmeasured >= budget / 50) {
      used = size(directory);
      unmeasured = 0;
    }
    const sum = used + unmeasured;
    if (sum >= budget) {
      state = "full";
      warn(
        `the files take ${shownBytes(sum)} of the ${shownBytes(budget)} that --max-disk allows: stopping after this step`,
      );
      full();
    } else if (sum >= nearly * budget && state === "fine") {
      state = "nearly";
      warn(`the files take ${shownBytes(sum)} of the ${shownBytes(budget)} that --max-disk allows`);
    }
  };

  const checkFree = (): void => {
    const at = now();
    if (at - looked < 1000) return;
    looked = at;
    const left = free(directory);
    if (left === undefined) return;
    const rate = written / Math.max(1, (at - began) / 1000);
    const seconds = left / rate;
    // Once more only when half as much is left, so that a long run is not a column of warnings.
    if ((left >= littleBytes && seconds >= littleSeconds) || left > warnedBelow / 2) return;
    warnedBelow = left;
    const soon = seconds < 86_400 ? `; at this rate it is full in ${shownTime(seconds)}` : "";
    warn(`the disk has ${shownBytes(left)} left${soon}. Free some space; --every, --keep and --max-disk write less`);
  };

  return (bytes) => {
    written += bytes;
    checkBudget(bytes);
    checkFree();
  };
}

function shownBytes(bytes: number): string {
  const [unit, factor] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
  return `${(bytes / (factor as number)).toPrecision(3)} ${unit}`;
}

function shownTime(seconds: number): string {
  return seconds < 90
    ? `${Math.ceil(seconds)} s`
    : seconds < 5400
      ? `${Math.ceil(seconds / 60)} min`
      : `${Math.ceil(seconds / 3600)} h`;
}

function freeBytes(directory: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Bytes of all files below a directory. Links are not followed, and what vanishes meanwhile counts as nothing. */
function sizeOf(path: string): number {
  try {
    const facts = lstatSync(path);
    if (!facts.isDirectory()) return facts.size;
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  } catch {
    return 0;
  }
}
