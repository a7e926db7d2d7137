import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import { Arena } from "../../../src/autodiff/float64/arena.ts";
import { compileField } from "../../../src/autodiff/program.ts";
import { assertError } from "../../support/assert.ts";

const arenas = suite("Arena");
arenas("keeps what is written when later reservations move it to a larger memory", () => {
  const arena = new Arena(undefined);
  const first = arena.reserve(3);
  arena.settle();
  const { version } = arena;
  arena.write(first.place, Float64Array.of(1, 2, 3));
  const second = arena.reserve(100_000);
  arena.settle();
  assert.is.not(arena.version, version);
  arena.write(second.place, new Float64Array(100_000).fill(7));
  const found = new Float64Array(3);
  arena.read(first.place, found);
  assert.equal([...found], [1, 2, 3]);
});
arenas("has one place for the same constants and for equal tables", () => {
  const arena = new Arena(undefined);
  const values = Float64Array.of(1, 2);
  assert.is(arena.numbers(values), arena.numbers(values));
  const maps = (): { offset: number; strides: number[] }[] => [{ offset: -1, strides: [1] }];
  assert.is(arena.runs(maps(), [3], [5]).address, arena.runs(maps(), [3], [5]).address);
  assert.is.not(arena.runs(maps(), [3], [5]).address, arena.runs(maps(), [3], [4]).address);
});
arenas("shares scratch memory where it is large enough", () => {
  const arena = new Arena(undefined);
  const place = arena.scratch(1000);
  assert.is(arena.scratch(500), place);
  assert.is.not(arena.scratch(2000), place);
});
arenas("refuses a problem beyond 4 GiB with the size it would need, before anything is allocated", () => {
  const b = new GraphBuilder();
  const n = 30_000;
  const [u, v] = [b.input("u", "parameter", [n, 1]), b.input("v", "parameter", [1, n])];
  const value = b.sum(b.unary("tanh", b.matmul(u, v)));
  const parts = { builder: b, parameters: [u, v], value, field: gradient(b, value, [u, v]), symmetric: true };
  assertError(
    () => compileField({ ...parts, executor: "float64" }),
    "ERR_MEMORY",
    /got one of [\d.]+ GiB; give the data/,
  );
});
arenas.run();
