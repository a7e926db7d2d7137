/** Every public function answers wrong arguments with an error of its own, which says what it expected, and never hangs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstValueFrom, isObservable, timeout } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isFluxionError } from "../src/errors.ts";
import { quartic } from "../src/problems/quartic.ts";
import publicNames from "./publicNames.json" with { type: "json" };

type Loose = (...given: readonly unknown[]) => unknown;

const problem = quartic();
const one = (): number => 1;
/** Lists of arguments that are wrong for nearly every function. */
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  nothing: [],
  undefined: [undefined],
  null: [null],
  "a number": [3],
  "negative numbers": [-1, -1],
  "a text": ["x"],
  "an object": [{}],
  "an empty list": [[]],
  NaN: [Number.NaN, Number.NaN],
  "a function": [one],
  "vectors of different lengths": [[1, 2], [3]],
  "two objects": [{}, {}],
  "arrays of different lengths": [new Float64Array(2), new Float64Array(3)],
  "a problem and a short point": [problem, [1]],
  "a problem and null": [problem, null],
  "three times null": [null, null, null],
  "three numbers": [3, 3, 3],
  "three functions": [one, one, one],
  "four objects": [{}, {}, {}, {}],
  "two problems and null": [problem, problem, null],
  "a problem, a point and null": [problem, [1, 2], null],
  "an object that is nearly one": [{ problem: {}, start: [1], name: "x" }],
  "an array, a number and null": [Float64Array.of(1, 2, 3, 4), 2, null],
};

/** Functions without checks of their arguments, and why. */
const unchecked: Readonly<Record<string, string>> = {
  ...reason("an inner loop", [
    "addScaled",
    "axpy",
    "distance",
    "dot",
    "isFiniteVector",
    "negate",
    "norm",
    "scale",
    "scaledMinus",
    "squaredNorm",
  ]),
  ...reason("it checks arguments itself, by a table that an operator's author writes", [
    "checkOption",
    "describeRange",
    "failure",
    "inRange",
    "readOptions",
    "settingOf",
  ]),
  ...reason("its arguments come from the loop", [
    "oppositeOfDirection",
    "rowVector",
    "rowVectorOver",
    "scratchVector",
    "stepInside",
  ]),
  ...reason("a part of the smallest page, of which every byte counts", ["evaluate", "gmres", "scaled", "shifted"]),
};

/** Functions that take anything, since they tell what it is. */
const takeAnything = ["hasOutputs", "isExperiment", "isFluxionError"];
/** Functions that do not look at their arguments before what they return is used. */
const lazy = ["logAxis", "streamMessages"];

function reason(why: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, why]));
}

/** A class is made with `new`, so that its own call says nothing. */
const isClass = (value: Loose): boolean => /^class\b/.test(Function.prototype.toString.call(value));

/** Calls a function, waits for what it promises, and closes what it opens. */
async function outcomeOf(value: Loose, given: readonly unknown[]): Promise<unknown> {
  try {
    const made = value(...given);
    const awaited = made instanceof Promise ? await Promise.race([made, afterSeconds(20)]) : made;
    if (isObservable(awaited)) await firstValueFrom(awaited.pipe(timeout(20_000)), { defaultValue: undefined });
    const { close } = (awaited ?? {}) as { close?: unknown };
    if (typeof close === "function") await close.call(awaited);
    return undefined;
  } catch (error) {
    return error;
  }
}

async function afterSeconds(seconds: number): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds).unref());
  throw new Error(`no answer within ${seconds} s`);
}

const misuse = suite("misuse of public functions");
const here = process.cwd();
const place = mkdtempSync(join(tmpdir(), "fluxion-misuse-"));
misuse.before(() => process.chdir(place));
misuse.after(() => {
  process.chdir(here);
  rmSync(place, { recursive: true, force: true });
});

const known = new Set<unknown>();
const names = new Set<string>();
// Elementary functions take what those of `Math` take.
for (const room of Object.keys(publicNames).filter((each) => each !== "./elementary")) {
  const exported = (await import(join("fluxion", room))) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(exported)) {
    names.add(name);
    if (typeof value !== "function" || known.has(value) || isClass(value as Loose)) continue;
    known.add(value);
    if (name in unchecked) continue;
    misuse(`${name} of ${room}`, async () => {
      for (const [words, given] of Object.entries(wrong)) {
        const error = await outcomeOf(value as Loose, given);
        if (error !== undefined && !isFluxionError(error)) throw new Error(`${name} of ${words}: ${error}`);
        const needsSome = value.length > 0 && !takeAnything.includes(name) && !lazy.includes(name);
        if (words === "null") assert.ok(error !== undefined || !needsSome, `${name} takes null`);
      }
    });
  }
}

misuse("the lists of exceptions name functions that there are", () => {
  const listed = [...Object.keys(unchecked), ...takeAnything, ...lazy];
  assert.equal(
    listed.filter((name) => !names.has(name)),
    [],
  );
});

misuse.run();
