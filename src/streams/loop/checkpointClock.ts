import type { IterateOptions } from "../types.ts";

/** Tells when a run saves a checkpoint: at its first step, and then as often as its options say. */
export class CheckpointClock {
  /** Time of the last checkpoint; undefined before the first one. */
  #saved: number | undefined;
  readonly #every: number | undefined;
  readonly #milliseconds: number | undefined;

  constructor(options: IterateOptions["checkpoints"]) {
    this.#every = options?.every;
    this.#milliseconds = options?.seconds === undefined ? undefined : 1000 * options.seconds;
  }

  /**
   * Whether a checkpoint is due, which then counts as saved.
   *
   * @param now time in milliseconds
   * @param asked whether somebody has asked for one
   */
  isDue(step: number, now: number, asked: boolean): boolean {
    const every = this.#every;
    const milliseconds = this.#milliseconds;
    const saved = this.#saved;
    const first = saved === undefined && (every !== undefined || milliseconds !== undefined);
    const byStep = every !== undefined && step % every === 0;
    const byClock = milliseconds !== undefined && saved !== undefined && now - saved >= milliseconds;
    if (!(first || byStep || byClock || asked)) return false;
    this.#saved = now;
    return true;
  }
}
