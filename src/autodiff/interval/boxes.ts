/** Boxes and balls that come from outside, checked, and balls that go there. */
import { failure } from "../../errors.ts";
import type { Enclosure } from "../../linalg/verified/enclosure.ts";
import { type InputData, numbersOf } from "../chosenRows.ts";
import type { GivenBall } from "./machine.ts";

/** Numbers without radii. */
export function exactBall(length: number): GivenBall {
  return { mid: new Float64Array(length), rad: new Float64Array(length), exact: true };
}

/** Numbers as they are, with the radii that they have. NaN and infinities are unknown. */
export function ballOf(values: InputData | Enclosure, length: number): GivenBall {
  const given = "mid" in values ? values : { mid: numbersOf(values), rad: new Float64Array(values.length) };
  checkLength("intervalDerivatives", "a data input", given, length);
  const known = given.mid.map((value) => (Number.isFinite(value) ? value : 0));
  const radii = given.rad.map((r, i) => (Number.isFinite(given.mid[i]!) ? r : Number.POSITIVE_INFINITY));
  return { mid: known, rad: radii, exact: radii.every((r) => r === 0) };
}

function checkLength(who: string, what: string, { mid, rad }: Enclosure, length: number): void {
  for (const values of [mid, rad]) {
    if (values.length !== length) {
      throw failure("ERR_LENGTH", `${who}: expected ${length} numbers for ${what}, got ${values.length}`);
    }
  }
}

/** @throws ERR_LENGTH, ERR_NOT_FINITE, ERR_OPTION_RANGE */
export function checkBox(who: string, what: string, box: Enclosure, length: number): void {
  checkLength(who, what, box, length);
  const { mid, rad } = box;
  if (!mid.every(Number.isFinite)) {
    throw failure("ERR_NOT_FINITE", `${who}: expected finite midpoints of ${what}`);
  }
  if (!rad.every((r) => r >= 0)) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected radii of ${what} that are at least 0`);
  }
}

/** Puts arrays one after the other. */
export function gathered(balls: readonly Enclosure[]): Enclosure {
  const n = balls.reduce((sum, { mid }) => sum + mid.length, 0);
  const out = { mid: new Float64Array(n), rad: new Float64Array(n) };
  let offset = 0;
  for (const { mid, rad } of balls) {
    out.mid.set(mid, offset);
    out.rad.set(rad, offset);
    offset += mid.length;
  }
  return out;
}
