/** Writes labels as rows of zeros with a 1 in the label's column, samples x classes. */
export function oneHot(labels: Uint8Array | Int32Array, classes: number): Float64Array {
  const rows = new Float64Array(labels.length * classes);
  labels.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return rows;
}
