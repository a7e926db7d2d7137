import type { Observable } from "rxjs";

/** How a stream ended, with what came before. */
export interface Outcome<T> {
  readonly values: readonly T[];
  readonly error?: unknown;
}

/** Everything of a stream that ends by itself; an error is part of the outcome. */
export function collect<T>(source: Observable<T>): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const values: T[] = [];
    source.subscribe({
      next: (value) => values.push(value),
      error: (error: unknown) => resolve({ values, error }),
      complete: () => resolve({ values }),
    });
  });
}

/** Everything of a stream that ends by itself; rejects with its error. */
export async function valuesOf<T>(source: Observable<T>): Promise<readonly T[]> {
  const outcome = await collect(source);
  if ("error" in outcome) throw outcome.error;
  return outcome.values;
}
