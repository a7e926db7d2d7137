/** Writes numbers as people read them. */

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function raised(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("");
  return `${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** Writes a number with four digits: `0.1234`, `1.234 × 10⁻⁷`. Undefined is a dash. */
export function formatNumber(value: number | undefined, digits = 4): string {
  if (value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return minus(value.toLocaleString("en", { useGrouping: size >= 1e4 }));
  if (size >= 1e-3 && size < 1e5) return minus(String(Number(value.toPrecision(digits))));
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  return minus(`${mantissa} × 10${raised(Number(exponent))}`);
}

/** Writes a whole number in groups of three digits. */
export function formatCount(value: number | undefined): string {
  return value === undefined ? "–" : value.toLocaleString("en").replaceAll(",", "\u202f");
}

/** Writes a number briefly, for an axis: `10⁻⁷`, `2·10⁻⁷`, `0.05`, `40k`. */
export function formatTick(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e3 && size < 1e6 && Number.isInteger(value / 100)) return minus(`${value / 1000}k`);
  if (size >= 1e-3 && size < 1e5) return minus(String(Number(value.toPrecision(6))));
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = `10${raised(Number(exponent))}`;
  const short = String(Number(Number(mantissa).toPrecision(4)));
  return minus(short === "1" ? power : short === "-1" ? `-${power}` : `${short}·${power}`);
}

/** Writes a time: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function minus(text: string): string {
  return text.replace(/^-/, "−");
}
