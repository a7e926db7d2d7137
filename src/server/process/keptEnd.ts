/**
 * What is said of a run that is over, in the form that takes least memory: the process of `fluxion serve` needs it again
 * only if the server's process is started anew, and there may be 100,000 runs.
 */
import type { RunCells, RunEnding } from "../messages.ts";

interface End {
  readonly ending: RunEnding | undefined;
  readonly cells: RunCells | undefined;
}

export class KeptEnd {
  readonly #kept: string | End;
  /** Its sentences are those of thousands of runs, so the text is shared. */
  readonly #meaning: string | undefined;

  constructor({ ending, cells }: End) {
    // JSON has no other numbers.
    const isPlain = isJson(ending) && isJson(cells);
    this.#meaning = isPlain ? ending?.meaning : undefined;
    this.#kept = isPlain ? JSON.stringify({ ending: withoutMeaning(ending), cells }) : { ending, cells };
  }

  /** What was kept. */
  read(): End {
    if (typeof this.#kept !== "string") return this.#kept;
    const { ending, cells } = JSON.parse(this.#kept) as Partial<End>;
    const meaning = this.#meaning === undefined ? {} : { meaning: this.#meaning };
    return { ending: ending === undefined ? undefined : { ...ending, ...meaning }, cells };
  }
}

function withoutMeaning(ending: RunEnding | undefined): RunEnding | undefined {
  if (ending === undefined) return undefined;
  const { meaning: _, ...rest } = ending;
  return rest;
}

function isJson(record: RunEnding | RunCells | undefined): boolean {
  return Object.values(record ?? {}).every(
    (value: unknown) => typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0)),
  );
}
