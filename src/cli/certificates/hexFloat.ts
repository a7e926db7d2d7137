/** Hexadecimal floats, which name a float64 number exactly: `0x1.8p+1` is 3. C, Python and Julia read and write them. */

const view = new DataView(new ArrayBuffer(8));

/** Writes a number in hexadecimal. The numbers that are not finite are `nan`, `inf` and `-inf`. */
export function toHex(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  view.setFloat64(0, x);
  const high = view.getUint32(0);
  const sign = high >>> 31 === 1 ? "-" : "";
  if (x === 0) return `${sign}0x0p+0`;
  const biased = (high >>> 20) & 0x7ff;
  const digits = (high & 0xfffff).toString(16).padStart(5, "0") + view.getUint32(4).toString(16).padStart(8, "0");
  const fraction = digits.replace(/0+$/, "");
  const exponent = biased === 0 ? -1022 : biased - 1023;
  const point = fraction === "" ? "" : ".";
  return `${sign}0x${biased === 0 ? 0 : 1}${point}${fraction}p${exponent < 0 ? "" : "+"}${exponent}`;
}

const pattern = /^(-?)0x([01])(?:\.([0-9a-f]{1,13}))?p([+-]\d{1,4})$/;

/** Reads what {@link toHex} writes; undefined for any other text, and for a number that float64 does not have. */
export function fromHex(text: string): number | undefined {
  if (text === "nan") return Number.NaN;
  if (text === "inf") return Number.POSITIVE_INFINITY;
  if (text === "-inf") return Number.NEGATIVE_INFINITY;
  const [, sign, leading, fraction = "", power] = pattern.exec(text) ?? [];
  if (leading === undefined) return undefined;
  const exponent = Number(power);
  const bits = fraction.padEnd(13, "0");
  const isZero = leading === "0" && /^0+$/.test(bits);
  if (isZero ? exponent !== 0 : leading === "0" ? exponent !== -1022 : exponent < -1022 || exponent > 1023) {
    return undefined;
  }
  const biased = leading === "0" ? 0 : exponent + 1023;
  const high = (sign === "-" ? 0x80000000 : 0) + biased * 0x100000 + Number.parseInt(bits.slice(0, 5), 16);
  view.setUint32(0, high);
  view.setUint32(4, Number.parseInt(bits.slice(5), 16));
  return view.getFloat64(0);
}
