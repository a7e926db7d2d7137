/** Draws a curve with characters, for terminals: braille dots, or stars where the terminal does not speak UTF-8. */
import { shortNumber } from "../../shortNumber.ts";

interface TextPlotOptions {
  /** Number of characters per line, labels included. */
  readonly width: number;
  readonly height: number;
  readonly log: boolean;
  /** Whether to draw with ASCII characters only. */
  readonly ascii: boolean;
}

/** Bits of the dots of a braille character, by row and column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** The lines of a plot of points that are finite; of none where there is none that the axis can show. */
export function textPlot(
  points: readonly (readonly [number, number])[],
  { width, height, log, ascii }: TextPlotOptions,
): string[] {
  const shown = log ? points.filter(([, y]) => y > 0) : points;
  if (shown.length === 0) return [];
  const scale = (y: number): number => (log ? Math.log10(y) : y);
  const range = (values: readonly number[]): [number, number] =>
    values.reduce(
      ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
  const [left, right] = range(shown.map(([x]) => x));
  const [low, high] = range(shown.map(([, y]) => scale(y)));
  const back = (value: number): string =>
    shortNumber(log ? Number((10 ** value).toPrecision(3)) : Number(value.toPrecision(5)));
  const labels = [back(high), back((high + low) / 2), back(low)];
  const margin = Math.max(...labels.map((label) => label.length));
  const columns = Math.max(10, width - margin - 2);
  const [across, down] = ascii ? [1, 1] : [2, 4];
  const cells = Array.from({ length: height }, () => new Uint8Array(columns));
  const place = (value: number, from: number, to: number, count: number): number =>
    to > from ? Math.round(((value - from) / (to - from)) * (count - 1)) : 0;
  const set = (i: number, j: number): void => {
    const cell = cells[Math.floor(j / down)]!;
    cell[Math.floor(i / across)]! |= ascii ? 1 : dots[j % 4]![i % 2]!;
  };
  let before: readonly [number, number] | undefined;
  for (const [x, y] of shown) {
    const i = place(x, left, right, across * columns);
    const j = down * height - 1 - place(scale(y), low, high, down * height);
    // Neighbours are joined, so that a steep curve is not a cloud of dots.
    const [i0, j0] = before ?? [i, j];
    const count = Math.max(Math.abs(i - i0), Math.abs(j - j0), 1);
    for (let k = 0; k <= count; k++)
      set(Math.round(i0 + ((i - i0) * k) / count), Math.round(j0 + ((j - j0) * k) / count));
    before = [i, j];
  }
  const middle = Math.floor((height - 1) / 2);
  const lines = cells.map((cell, row) => {
    const label = row === 0 ? labels[0]! : row === height - 1 ? labels[2]! : row === middle ? labels[1]! : "";
    const text = [...cell]
      .map((bits) => (bits === 0 ? " " : ascii ? "*" : String.fromCharCode(0x2800 + bits)))
      .join("");
    return `${label.padStart(margin)} ${ascii ? "|" : "┤"}${text}`.trimEnd();
  });
  const [from, to] = [shortNumber(left), shortNumber(right)];
  return [...lines, `${" ".repeat(margin + 2)}${from}${to.padStart(columns - from.length)}`];
}

/** Whether the terminal is said to show UTF-8. */
export function speaksUtf8(variables: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const locale = variables.LC_ALL || variables.LC_CTYPE || variables.LANG || "";
  return process.platform === "win32" || /utf-?8/i.test(locale);
}
