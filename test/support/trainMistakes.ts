/** Tables and models with which `fluxion run train` is given something wrong, and the test that it says what. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { JsonValue } from "../../src/json.ts";
import { checkError } from "./assert.ts";
import { scratchPath } from "./scratch.ts";
import { train } from "./training.ts";

export const folder = scratchPath("mistakes");
mkdirSync(folder);

/** Writes a file and gives its path. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Rows of the tables. */
export const count = 60;

/** A table as CSV. */
export function table(header: string, line: (i: number) => string): string {
  return `${header}\n${Array.from({ length: count }, (_, i) => line(i)).join("\n")}\n`;
}

/** A table of two features and three classes, in which nothing is wrong. */
export const good = table("a,b,label", (i) => `${Math.sin(i)},${Math.cos(3 * i)},${i % 3}`);
export const goodFile = file("good.csv", good);

let modules = 0;
/** Writes a module and gives its path. */
export const module = (text: string): string => file(`net${++modules}.ts`, text);
/** A module with a model of two inputs and three outputs, in which some parts are replaced. */
export const model = (parts: string): string =>
  module(`import * as tf from "@tensorflow/tfjs";
export default { name: "own", inputShape: [2], outputs: 3, shapes: [[2, 3]], names: ["w"], description: {},
  apply: (x, [w]) => tf.matMul(x, w), initialPoint: () => new Float64Array(6), ${parts} };\n`);

export type Options = Readonly<Record<string, JsonValue>>;
/** What is wrong, the options with it, and the error: its code and message. */
export type Refusal = readonly [string, Options, string, RegExp];

/** Options of a short training. */
export const small = { epochs: 2, batch: 16 };
/** Options of training a model of one's own on the good table. */
export const own = (path: string): Options => ({ data: goodFile, model: path });

/** Checks that each is refused, with what was expected and what came. */
export async function assertRefused(refused: readonly Refusal[]): Promise<void> {
  for (const [name, options, code, message] of refused) {
    const error: unknown = await train({ ...small, ...options }).then(
      ({ findings }) => findings,
      (failed: unknown) => failed,
    );
    assert.ok(error instanceof Error, `${name}: ${JSON.stringify(error)}`);
    checkError(error, code, message);
  }
}
