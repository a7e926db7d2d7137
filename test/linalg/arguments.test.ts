/** Functions of this room refuse what is no map and no vector by name, also where no compiler has looked. */
import { suite } from "uvu";
import { isFluxionError } from "../../src/errors.ts";
import * as linalg from "../../src/linalg/index.ts";

type Loose = (...given: readonly unknown[]) => unknown;

/** Those without checks: inner loops of vectors, and those that are part of the smallest page. */
const unchecked = new Set(["axpy", "dot", "norm", "scale", "isFiniteVector", "gmres", "scaled", "shifted"]);

const wrong: readonly (readonly unknown[])[] = [
  [],
  [3],
  ["x"],
  [null],
  [{}],
  [[1, 2]],
  [3, 3],
  [{}, {}],
  [[1, 2], [3]],
  [null, null, null],
  [() => 1],
];

const tests = suite("arguments of linear algebra");

for (const [name, value] of Object.entries(linalg)) {
  if (typeof value !== "function" || unchecked.has(name)) continue;
  tests(name, () => {
    for (const given of wrong) {
      try {
        (value as Loose)(...given);
      } catch (error) {
        if (!isFluxionError(error)) throw new Error(`${name}(${JSON.stringify(given)}) throws ${error}`);
      }
    }
  });
}

tests.run();
