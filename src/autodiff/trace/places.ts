/**
 * Says which index of some rows lies outside its extent; undefined if all lie within.
 *
 * @param where says where an index stands. Default: nothing is said
 */
export function missingPlace(
  indices: ArrayLike<number> | undefined,
  extents: readonly number[],
  where?: (index: number) => string,
): string | undefined {
  const depth = extents.length;
  for (let i = 0; i < (indices?.length ?? 0); i++) {
    const index = indices![i]!;
    const extent = extents[i % depth]!;
    if (index >= 0 && index < extent) continue;
    const axis = depth === 1 ? "" : ` in axis ${i % depth}`;
    const place = where === undefined ? "" : ` ${where(i)}`;
    return `the index ${index}${axis}${place}, where only 0 to ${extent - 1} exist`;
  }
  return undefined;
}
