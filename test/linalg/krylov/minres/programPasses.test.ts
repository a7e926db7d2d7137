/** MINRES-QLP beside the program of its map gives what it gives with vectors of its own, to the last bit. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../../src/autodiff/derivatives/differentiate.ts";
import type { Executor } from "../../../../src/autodiff/executor.ts";
import { compileField, type FieldProgram } from "../../../../src/autodiff/program.ts";
import { minresQLP } from "../../../../src/linalg/krylov/minres/minresQLP.ts";
import type { MinresQLPOptions, MinresQLPResult } from "../../../../src/linalg/krylov/minres/minresTypes.ts";
import { vectorsInProgram } from "../../../../src/linalg/krylov/minres/programPasses.ts";
import type { LinearMap } from "../../../../src/linalg/linearMap.ts";
import { linearMap } from "../../../../src/linalg/makeLinearMap.ts";
import { borrowMemory, memoryOfProgram, type ProgramMemory } from "../../../../src/linalg/programMemory.ts";
import { call, FunctionBuilder, f64x2, i32, type Local } from "../../../../src/linalg/wasm/code.ts";
import { type WasmFunction, type WasmMemory, wasm } from "../../../../src/linalg/wasm/host.ts";
import { ModuleBuilder } from "../../../../src/linalg/wasm/module.ts";
import { entries } from "../../../../src/linalg/wasm/pairs.ts";
import * as fc from "../../../support/fastCheck.ts";
import { normalVector } from "../../../support/random.ts";
import { orthogonal, withSpectrum } from "../../../support/symmetric.ts";

/** L(z) = z^T A z / 2 + sum of z^4 / 12, whose Hessian is (A + A^T) / 2 + diag(z^2). */
function quarticForm(n: number, executor?: Executor): FieldProgram {
  const b = new GraphBuilder();
  const z = b.input("z", "parameter", [n]);
  const a = b.input("a", "data", [n, n]);
  const column = b.reshape(z, [n, 1]);
  const product = b.reshape(b.matmul(a, column), [n]);
  const square = b.mul(z, z);
  const value = b.add(b.scale(1 / 2, b.sum(b.mul(z, product))), b.scale(1 / 12, b.sum(b.mul(square, square))));
  const field = gradient(b, value, [z]);
  const parts = { builder: b, parameters: [z], data: [a], value, field, symmetric: true };
  return compileField(executor === undefined ? parts : { ...parts, executor });
}

/** The same map without the memory of its program. */
const apart = (map: LinearMap): LinearMap =>
  linearMap({ rows: map.rows, columns: map.columns, symmetric: true, apply: (v, out) => map.apply(v, out) });

/** Numbers of a result and of every iteration before it. */
function numbersOf(map: LinearMap, b: Float64Array, options: MinresQLPOptions): readonly (number | string)[] {
  const seen: number[] = [];
  const watched: MinresQLPOptions = {
    ...options,
    onIteration: (k, relative, cokernel) => {
      seen.push(k, relative, cokernel);
      return options.onIteration?.(k, relative, cokernel);
    },
  };
  // A callback rules out a second attempt, so the system is solved without one too.
  return [minresQLP(map, b, watched), minresQLP(map, b, options)].flatMap(allOf).concat(seen);
}

function allOf({ x, ...numbers }: MinresQLPResult): (number | string)[] {
  return [...x, ...Object.values(numbers)];
}

function assertSameBits(
  found: readonly (number | string)[],
  expected: readonly (number | string)[],
  what: string,
): void {
  assert.is(found.length, expected.length, `${what}: ${found.length} numbers instead of ${expected.length}`);
  const bad = found.findIndex((value, i) => !Object.is(value, expected[i]));
  assert.is(bad, -1, `${what}: number ${bad} is ${found[bad]} instead of ${expected[bad]}`);
}

const eigenvalue = fc.oneof(
  fc.constantFrom(1, -1, 0, 1e-9, 1e-13, 1e6),
  fc.double({ min: -3, max: 3, noNaN: true, noDefaultInfinity: true }),
);
const options = fc.record(
  {
    shift: fc.constantFrom(0, 0.5, -1, 1e-6),
    relativeTolerance: fc.constantFrom(0, 1e-3, 1e-8, 1e-12),
    maxIterations: fc.constantFrom(1, 2, 3, 7, 100),
    maxNorm: fc.constantFrom(0.1, 10),
    maxCondition: fc.constantFrom(10, 1e6, 1e15, 1e300),
    transitionCondition: fc.constantFrom(1, 3, 1e7, Number.POSITIVE_INFINITY),
    returnedIterate: fc.constantFrom<"passed" | "last">("passed", "last"),
  },
  { requiredKeys: [] },
);

const passes = suite("MINRES-QLP beside a program");

const environments: readonly (readonly [Readonly<Record<string, string>>, Executor | undefined, readonly number[]])[] =
  [
    [{}, undefined, [1, 2, 3, 5, 8, 17, 63, 64, 66, 130]],
    [{ FLUXION_BLAS: "off" }, undefined, [17, 67]],
    [{ FLUXION_NATIVE: "off" }, undefined, [17, 67]],
    [{ FLUXION_FMA: "on" }, undefined, [17, 67]],
    [{ FLUXION_REGROUP: "off" }, undefined, [17]],
    [{}, "portable", [5, 17, 67, 130]],
    [{}, "interpreter", [5, 17]],
  ];

for (const [variables, executor, sizes] of environments) {
  const name = executor ?? (Object.entries(variables).flat().join("=") || "by default");
  passes(`gives the bits and iterations of vectors apart: ${name}`, () => {
    Object.assign(process.env, variables);
    const programs = sizes.map((n) => quarticForm(n, executor));
    for (const variable of Object.keys(variables)) delete process.env[variable];
    for (const [i, n] of sizes.entries()) {
      const basis = orthogonal(n, 7);
      const point = normalVector(n, 8).map((x) => 0.3 * x);
      fc.assert(
        fc.property(
          fc.array(eigenvalue, { minLength: n, maxLength: n }),
          fc.integer({ min: -160, max: 160 }),
          fc.constantFrom("random", "eigenvector", "zero", "kernel", "far"),
          fc.boolean(),
          options,
          (spectrum, exponent, right, curved, given) => {
            const unit = right === "far" ? 10 ** exponent : 1;
            const a = withSpectrum(spectrum, basis).map((x) => unit * x);
            const map = programs[i]!.instance({ a }).linearize(curved ? point : new Float64Array(n));
            const borrowed = borrowMemory(map, vectorsInProgram(n));
            assert.is(borrowed !== undefined, executor !== "interpreter");
            borrowed?.release();
            const b = normalVector(n, 9);
            if (right === "eigenvector") b.set(basis.subarray(0, n));
            if (right === "zero") b.fill(0);
            if (right === "kernel") b.fill(0).fill(1, n - 1);
            assertSameBits(numbersOf(map, b, given), numbersOf(apart(map), b, given), `n = ${n}`);
          },
        ),
        { numRuns: n > 60 ? 6 : 25 },
      );
    }
  });
}

passes("a callback stops it in the same iteration", () => {
  const n = 20;
  const map = quarticForm(n)
    .instance({
      a: withSpectrum(
        Array.from({ length: n }, (_, i) => i - 4.5),
        orthogonal(n, 1),
      ),
    })
    .linearize(new Float64Array(n));
  const b = normalVector(n, 2);
  for (let last = 1; last < n; last++) {
    const until: MinresQLPOptions = { onIteration: (k) => k === last };
    const found = minresQLP(map, b, until);
    assert.is(found.iterations, last);
    assert.is(found.termination, "stopped");
    assertSameBits(allOf(found), allOf(minresQLP(apart(map), b, until)), `stopped at ${last}`);
  }
});

passes("solvers at two points of one problem, one inside the other, do not disturb each other", () => {
  const n = 70;
  const program = quarticForm(n);
  const { linearize, evaluate } = program.instance({
    a: withSpectrum([...normalVector(n, 3)], orthogonal(n, 4)),
  });
  const [outer, inner] = [linearize(normalVector(n, 5)), linearize(normalVector(n, 6))] as const;
  const b = normalVector(n, 7);
  const expected = [apart(outer), apart(inner)].map((map) => minresQLP(map, b));
  const { relinearizations } = program.counts;
  const between: string[] = [];
  const found = minresQLP(outer, b, {
    onIteration: (k) => {
      if (k % 3 === 0) {
        assert.is(borrowMemory(outer, 1), undefined, "the memory is lent to the outer solver");
        assertSameBits(allOf(minresQLP(inner, b)), allOf(expected[1]!), "the inner solver");
        between.push("inner");
      }
      if (k % 5 === 0) evaluate(normalVector(n, k), new Float64Array(n));
      if (k % 7 === 0) outer.apply(normalVector(n, k), new Float64Array(n));
    },
  });
  assert.ok(between.length > 3);
  assert.ok(program.counts.relinearizations > relinearizations + between.length);
  assertSameBits(allOf(found), allOf(expected[0]!), "the outer solver");
  const borrowed = borrowMemory(outer, 1);
  assert.ok(borrowed !== undefined, "the memory has been given back");
  borrowed.release();
});

passes("an error of a callback gives the memory back", () => {
  const n = 6;
  const map = quarticForm(n)
    .instance({ a: withSpectrum([1, 2, 3, 4, 5, 6], orthogonal(n, 1)) })
    .linearize(new Float64Array(n));
  const b = normalVector(n, 2);
  const expected = minresQLP(apart(map), b);
  assert.throws(() =>
    minresQLP(map, b, {
      onIteration: () => {
        throw new Error("the caller's");
      },
    }),
  );
  const borrowed = borrowMemory(map, 1);
  assert.ok(borrowed !== undefined);
  borrowed.release();
  assertSameBits(allOf(minresQLP(map, b)), allOf(expected), "afterwards");
});

/** A program of a diagonal matrix that moves to a new memory before each product, as an arena does that has grown. */
class Nomad implements ProgramMemory {
  memory!: WasmMemory;
  product!: WasmFunction;
  readonly input: number;
  readonly output: number;
  readonly own: number;
  moves = 0;
  released = 0;

  constructor(
    readonly diagonal: Float64Array,
    numbers: number,
  ) {
    const bytes = 16 * Math.ceil(diagonal.length / 2);
    [this.input, this.output, this.own] = [bytes, 2 * bytes, 3 * bytes];
    this.#move(8 * numbers + 3 * bytes);
    new Float64Array(this.memory.buffer).set(diagonal);
  }

  prepare(): boolean {
    const before = new Float64Array(this.memory.buffer);
    this.#move(before.byteLength);
    new Float64Array(this.memory.buffer).set(before);
    // What has been left behind is no one's.
    before.fill(Number.NaN);
    return true;
  }

  release(): void {
    this.released++;
  }

  #move(bytes: number): void {
    const pages = Math.ceil(bytes / 65536);
    const n = this.diagonal.length;
    const memory = new wasm.Memory({ initial: pages, maximum: pages });
    const module = new ModuleBuilder();
    const times = new FunctionBuilder(["i32", "i32", "i32", "i32"]);
    const [d, v, out, count] = times.parameters as [Local, Local, Local, Local];
    times.body = entries(times, [d, v, out], count, ({ load, store }) => store(out, f64x2.mul(load(d), load(v))));
    module.add(times, "times");
    const exported = new wasm.Instance(new wasm.Module(module.encode()), { env: { memory } }).exports.times!;
    const run = new FunctionBuilder([]);
    const bound = new ModuleBuilder();
    const index = bound.import("times", times.signature);
    run.body = call(index, ...[0, this.input, this.output, n].map(i32.constant));
    bound.add(run, "run");
    const imports = { env: { memory, times: exported as (...operands: number[]) => number } };
    this.product = new wasm.Instance(new wasm.Module(bound.encode()), imports).exports.run!;
    this.memory = memory;
    this.moves++;
  }
}

passes("memory may move between any two products", () => {
  for (const n of [1, 3, 8, 66]) {
    const diagonal = normalVector(n, 3);
    const map = linearMap({
      rows: n,
      columns: n,
      symmetric: true,
      apply: (v, out) => out.set(v.map((x, i) => diagonal[i]! * x)),
    });
    for (const transitionCondition of [1, 2, 1e7]) {
      let nomad: Nomad | undefined;
      const moving = {
        ...map,
        [memoryOfProgram]: (numbers: number): ProgramMemory => {
          nomad = new Nomad(diagonal, numbers);
          return nomad;
        },
      };
      const b = normalVector(n, 4);
      const found = minresQLP(moving, b, { transitionCondition });
      assertSameBits(allOf(found), allOf(minresQLP(map, b, { transitionCondition })), `n = ${n}`);
      assert.ok(nomad!.moves > found.iterations && nomad!.released === 1);
    }
  }
});

passes.run();
