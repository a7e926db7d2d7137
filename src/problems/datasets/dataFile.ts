/** What the loaders of data files share. */
import { failure } from "../../errors.ts";
import { randomSource } from "../../random.ts";
import { readShipped } from "../data/readShipped.ts";

/**
 * Reads a file of the user's.
 *
 * @param remedy where the file comes from
 * @throws ERR_DATA_FILE if it cannot be read
 */
export function readDataFile(who: string, path: string, remedy: string): Uint8Array {
  try {
    return readShipped(path, who);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure("ERR_DATA_FILE", `${who}: cannot read ${path}: ${reason}; ${remedy}`, { cause });
  }
}

/** Chooses rows without replacement in an order of Fisher and Yates; without a seed simply the first. */
export function chosenRows(
  who: string,
  count: number,
  samples: number | undefined,
  seed: number | undefined,
): Int32Array {
  const n = samples ?? count;
  if (n > count) throw failure("ERR_OPTION_RANGE", `${who}: expected samples to be at most ${count}, got ${n}`);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  if (seed !== undefined) {
    const random = randomSource(seed, "chosenRows");
    for (let i = 0; i < n; i++) {
      const j = i + random.integer(count - i);
      const other = order[j]!;
      order[j] = order[i]!;
      order[i] = other;
    }
  }
  return order.subarray(0, n);
}

/** Names of the pixels of an image, counted from 1. */
export function pixelNames(rows: number, columns: number, channels: readonly string[] = [""]): string[] {
  return Array.from({ length: rows * columns * channels.length }, (_, at) => {
    const pixel = Math.floor(at / channels.length);
    const channel = channels[at % channels.length]!;
    return `${channel}row ${Math.floor(pixel / columns) + 1}, column ${(pixel % columns) + 1}`;
  });
}
