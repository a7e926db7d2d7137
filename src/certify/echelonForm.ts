/** Fractions with these denominators count as simple numbers. */
const denominators = [1, 2, 3, 4, 5, 6] as const;

/** A number that is this near to a simple one is taken for it. */
const simpleWithin = 1e-6;

/**
 * Brings vectors to reduced echelon form, with the largest remaining entry as each pivot, and replaces entries next to
 * simple numbers by them. Null vectors from an eigenvalue solver are mixed arbitrarily; in this form the generators of
 * the groups that occur have entries 0, 1 and -1.
 */
export function echelonForm(vectors: readonly Float64Array[]): readonly Float64Array[] {
  const rest = vectors.map((vector) => vector.slice());
  const done: Float64Array[] = [];
  while (rest.length > 0) {
    let best = { row: 0, column: 0, size: 0 };
    rest.forEach((vector, row) => {
      vector.forEach((x, column) => {
        if (Math.abs(x) > best.size * (1 + simpleWithin)) best = { row, column, size: Math.abs(x) };
      });
    });
    if (best.size === 0) break;
    const [pivot] = rest.splice(best.row, 1);
    const unit = pivot!.map((x) => x / pivot![best.column]!);
    for (const other of [...rest, ...done]) {
      const factor = other[best.column]!;
      if (factor === 0) continue;
      for (let i = 0; i < other.length; i++) other[i] = other[i]! - factor * unit[i]!;
      other[best.column] = 0;
    }
    done.push(unit);
  }
  return done.map((vector) => vector.map(simple));
}

function simple(x: number): number {
  for (const d of denominators) {
    const nearest = Math.round(x * d) / d;
    if (Math.abs(x - nearest) < simpleWithin) return nearest + 0;
  }
  return x;
}
