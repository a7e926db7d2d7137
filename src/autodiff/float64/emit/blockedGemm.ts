import { type Code, call, FunctionBuilder, f64, i32, type Local, loop, when } from "../../../linalg/wasm/code.ts";

const bytes = 8;

/** Numbers of rows of op(A) and of terms in one pass: as many as the second-level cache holds. */
const blockRows = 64;
const blockTerms = 256;
/**
 * Number of columns of op(B) that are packed, so that the kernel reads them from the first-level cache without gaps.
 */
const panel = 4;

/** Bytes of memory for a packed block of A and a packed panel of B. */
export const packingBytes = bytes * blockTerms * (blockRows + panel);

/**
 * Makes a function that multiplies matrices larger than the caches, block by block, in every form of the product.
 *
 * Its parameters are a with its distances between rows and within a row, b with the same, c with its distance between
 * rows, m, n, k, the factor, whether to add to C, and where to pack.
 *
 * @param kernel index of the `rows` kernel
 */
export function blockedGemm(kernel: number): FunctionBuilder {
  const integers = Array.from({ length: 11 }, () => "i32" as const);
  const builder = new FunctionBuilder([...integers, "f64", "i32", "i32"]);
  const [a, aRow, aStep, b, bRow, bStep, c, cRow, m, n, k, factor, accumulate, packed] = builder.parameters as Local[] &
    Record<number, Local>;
  const local = (): Local => builder.local("i32");
  const [rowsLeft, rows, columnsLeft, columns, terms] = [local(), local(), local(), local(), local()];
  const [aBlock, bPanel, cBlock, cPanel, packedB] = [local(), local(), local(), local(), local()];
  const [from, to, left, source, target, inner] = [local(), local(), local(), local(), local(), local()];
  const forward = (pointer: Local, by: Code): Code => pointer.set(i32.add(pointer.get, by));
  const down = (counter: Local, by: Code): Code => counter.set(i32.sub(counter.get, by));
  const atMost = (size: Local, available: Code, limit: number): Code => [
    size.set(i32.constant(limit)),
    when(i32.lessSigned(available, i32.constant(limit)), size.set(available)),
  ];
  /** Copies count x width numbers. Each list has the start, the distance between counts and the distance within one. */
  const pack = (
    [start, far, near]: readonly [Code, Code, Code],
    [place, farTo, nearTo]: readonly [Code, Code, Code],
    count: Code,
    width: Code,
  ): Code => [
    from.set(start),
    to.set(place),
    left.set(count),
    loop((again) => [
      source.set(from.get),
      target.set(to.get),
      inner.set(width),
      loop((more) => [
        f64.store(target.get, f64.load(source.get)),
        forward(source, near),
        forward(target, nearTo),
        down(inner, i32.constant(1)),
        more(inner.get),
      ]),
      forward(from, far),
      forward(to, farTo),
      down(left, i32.constant(1)),
      again(left.get),
    ]),
  ];
  const eight = i32.constant(bytes);
  const packedRow = i32.constant(bytes * blockTerms);
  const packedPanel = i32.constant(bytes * panel);
  const isPacked = i32.eqz(i32.eq(aStep!.get, eight));
  const aPlace = local();
  const distance = local();
  const pass: Code = [
    atMost(columns, columnsLeft.get, panel),
    pack([bPanel.get, bRow!.get, bStep!.get], [packedB.get, packedPanel, eight], terms.get, columns.get),
    call(
      kernel,
      aPlace.get,
      distance.get,
      eight,
      packedB.get,
      packedPanel,
      cPanel.get,
      cRow!.get,
      rows.get,
      columns.get,
      terms.get,
      factor!.get,
      accumulate!.get,
    ),
    forward(bPanel, i32.mul(columns.get, bStep!.get)),
    forward(cPanel, i32.mul(columns.get, eight)),
    down(columnsLeft, columns.get),
  ];
  builder.body = loop((nextTerms) => [
    packedB.set(i32.add(packed!.get, i32.constant(bytes * blockTerms * blockRows))),
    atMost(terms, k!.get, blockTerms),
    rowsLeft.set(m!.get),
    aBlock.set(a!.get),
    cBlock.set(c!.get),
    loop((nextRows) => [
      atMost(rows, rowsLeft.get, blockRows),
      aPlace.set(aBlock.get),
      distance.set(aRow!.get),
      when(isPacked, [
        pack([aBlock.get, aRow!.get, aStep!.get], [packed!.get, packedRow, eight], rows.get, terms.get),
        aPlace.set(packed!.get),
        distance.set(packedRow),
      ]),
      bPanel.set(b!.get),
      cPanel.set(cBlock.get),
      columnsLeft.set(n!.get),
      loop((nextColumns) => [pass, nextColumns(columnsLeft.get)]),
      forward(aBlock, i32.mul(rows.get, aRow!.get)),
      forward(cBlock, i32.mul(rows.get, cRow!.get)),
      down(rowsLeft, rows.get),
      nextRows(rowsLeft.get),
    ]),
    accumulate!.set(i32.constant(1)),
    forward(a!, i32.mul(terms.get, aStep!.get)),
    forward(b!, i32.mul(terms.get, bRow!.get)),
    down(k!, terms.get),
    nextTerms(k!.get),
  ]);
  return builder;
}
