/** Says which index of some rows lies outside its extent; undefined if all lie within. */
export function missingPlace(indices: ArrayLike<number> | undefined, extents: readonly number[]): string | undefined {
  const depth = extents.length;
  for (let i = 0; i < (indices?.length ?? 0); i++) {
    const index = indices![i]!;
    const extent = extents[i % depth]!;
    if (index >= 0 && index < extent) continue;
    const axis = depth === 1 ? "" : ` in axis ${i % depth}`;
    return `the index ${index}${axis}, where only 0 to ${extent - 1} exist`;
  }
  return undefined;
}
