import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findNative } from "../../../src/autodiff/float64/native/library.ts";
import { gmres } from "../../../src/linalg/krylov/gmres.ts";
import { lanczos } from "../../../src/linalg/krylov/lanczos.ts";
import { kept, orthogonalise, withBasis } from "../../../src/linalg/krylov/orthogonalise.ts";
import { basisLoops, orthogonaliseShared } from "../../../src/linalg/krylov/orthogonaliseShared.ts";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { axpy, dot, norm, scale } from "../../../src/linalg/vector.ts";
import { kernelFinder, lent, sharedKernels, vectorMemory } from "../../../src/linalg/vectorMemory.ts";
import { type BasisKernels, basisKernels } from "../../../src/linalg/wasm/basisKernels.ts";
import { assertClose } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

/** Gram-Schmidt, twice, as one writes it: by four vectors at a time, and the rest one by one. */
function asWritten(v: Float64Array, basis: readonly Float64Array[], components: Float64Array): void {
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < basis.length; ) {
      const group = basis.slice(i, i + 4 <= basis.length ? i + 4 : i + 1);
      const found = group.map((b) => dot(b, v));
      for (const [k, b] of group.entries()) {
        components[i + k] = components[i + k]! + found[k]!;
        axpy(-found[k]!, b, v);
      }
      i += group.length;
    }
  }
}

function assertSame(found: Float64Array, expected: Float64Array, what: string): void {
  const bad = expected.findIndex((number, i) => !Object.is(number, found[i]));
  assert.is(bad, -1, `${what}, entry ${bad}: ${found[bad]} instead of ${expected[bad]}`);
}

const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 1, -1, 1e308];
const entry = fc.oneof({ weight: 9, arbitrary: fc.double({ min: -2, max: 2 }) }, fc.constantFrom(...special));
const most = 10;

const tests = suite("orthogonalise");

for (const n of [1, 4, 63, lent, lent + 1, lent + 2, lent + 3, 130]) {
  tests(`has the bits of Gram-Schmidt as one writes it, together and apart, for n = ${n}`, () => {
    const memory = vectorMemory(n, most + 1)!;
    const vector = fc.array(entry, { minLength: n, maxLength: n });
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: most + 1 }), fc.boolean(), ([first, ...rest], equal) => {
        const [v, basis] = [Float64Array.from(first!), rest.map((b) => Float64Array.from(b))];
        const [expected, components] = [v.slice(), new Float64Array(basis.length)];
        asWritten(expected, basis, components);
        // The vector lies behind its basis, where Lanczos puts it, or before; the distances are equal or not.
        const places = equal ? memory.slice(0, basis.length) : memory.slice(1, basis.length + 1).toReversed();
        const apart = basis.map((b, i) => (i === 1 ? b : places[i]!));
        for (const [i, b] of basis.entries()) places[i]!.set(b);
        const last = equal ? memory[basis.length]! : memory[0]!;
        assert.is(sharedKernels(lent, last, ...places) !== undefined, n >= lent);
        for (const own of [basis, places, apart]) {
          for (const sum of [undefined, new Float64Array(basis.length)]) {
            last.set(v);
            if (sum === undefined) orthogonaliseShared(last, own);
            else orthogonalise(last, own, { components: sum });
            assertSame(last, expected, "the vector");
            if (sum !== undefined) assertSame(sum, components, "the components");
            for (const [i, b] of own.entries()) assertSame(b, basis[i]!, `vector ${i} of the basis`);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
}

/** A well-conditioned number for the entry of a vector; the sizes differ widely. */
const small = (n: number, shift: number): Float64Array =>
  normalVector(n, shift).map((x, i) => x * 2 ** ((7 * i + shift) % 5));

const library = findNative();
tests(`has the same bits in TypeScript, in WebAssembly${library ? " and in C" : ""}, for all small sizes`, () => {
  const find = kernelFinder<BasisKernels>(basisKernels);
  for (let n = 1; n <= 40; n++) {
    for (let m = 1; m <= 9; m++) {
      const numbers = Array.from({ length: m + 1 }, (_, k) => small(n, 100 * n + k));
      const expected = numbers[m]!.slice();
      const rounds = 1 + ((n + m) % 2);
      orthogonalise(expected, numbers.slice(0, m), { rounds });
      const memory = vectorMemory(n, m + 1)!;
      const v = memory[m]!;
      const stride = memory[1]!.byteOffset;
      for (const [k, vector] of memory.entries()) vector.set(numbers[k]!);
      find(1, v)!.kernels.orthogonalise(v.byteOffset, 0, stride, m, n, rounds);
      assertSame(v, expected, `WebAssembly, n = ${n}, m = ${m}`);
      if (library === undefined) continue;
      v.set(numbers[m]!);
      const at = library.addressOf(v.buffer as ArrayBuffer);
      library.orthogonalise(at + v.byteOffset, at, stride, m, n, rounds);
      assertSame(v, expected, `C, n = ${n}, m = ${m}`);
    }
  }
});

tests("the loops over a basis have the bits of those over vectors, also where the basis is not even", () => {
  for (const n of [5, lent, lent + 1, 600]) {
    const memory = vectorMemory(n, 9)!;
    for (const [k, vector] of memory.entries()) vector.set(small(n, k));
    const loops = basisLoops(memory[0]!);
    const [a, b] = [memory[1]!, memory[2]!];
    assert.is(loops.dot(a, b), dot(a, b));
    assert.is(loops.norm(a), norm(a));
    const [found, expected] = [memory[8]!, small(n, 8)];
    for (const chosen of [[], [0], [0, 1], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 6], [0, 1, 2, 3, 4, 6, 5]]) {
      const basis = chosen.map((k) => memory[k]!);
      loops.orthogonalise(found, basis);
      orthogonalise(expected, basis);
      assertSame(found, expected, `a basis of ${chosen.length}`);
      loops.orthogonalise(found, basis, 1);
      orthogonalise(expected, basis, { rounds: 1 });
      loops.orthogonaliseLast(found, basis);
      orthogonalise(expected, basis.slice(-2), { rounds: 1 });
      assertSame(found, expected, `the last of ${chosen.length}`);
      loops.scale(1 / 3, found);
      scale(1 / 3, expected);
      assertSame(found, expected, "its multiple");
    }
  }
});

tests("makes ill-conditioned Krylov vectors orthogonal to 1e-14, at any scale with the same digits", () => {
  for (const n of [40, 90, 200]) {
    // The powers of this map lie nearly in one plane after a few products.
    const eigenvalues = Float64Array.from({ length: n }, (_, i) => 10 ** (-12 * (i / (n - 1))));
    const basis: Float64Array[] = [];
    for (let k = 0, x = normalVector(n, n); k < 21; k++) {
      const v = x.slice();
      scale(1 / norm(v), v);
      const larger = v.map((entry) => entry * 2 ** 100);
      orthogonaliseShared(v, basis);
      orthogonaliseShared(larger, basis);
      assertSame(
        larger,
        v.map((entry) => entry * 2 ** 100),
        `vector ${k}, enlarged`,
      );
      // Where nearly all of a vector cancels, it is the rest's length that counts.
      scale(1 / norm(v), v);
      orthogonaliseShared(v, basis);
      scale(1 / norm(v), v);
      for (const [i, b] of basis.entries()) assert.ok(Math.abs(dot(b, v)) <= 1e-14, `${i} and ${k}: ${dot(b, v)}`);
      basis.push(v);
      x = v.map((entry, i) => eigenvalues[i]! * entry);
    }
    const { basis: krylov } = lanczos(diagonal(eigenvalues), { start: normalVector(n, 1), steps: 40 });
    assert.ok(krylov.length > 10);
    for (const [i, a] of krylov.entries())
      for (const b of krylov.slice(0, i)) assert.ok(Math.abs(dot(a, b)) <= 1e-14, `${i}: ${dot(a, b)}`);
  }
});

tests("a second round only where the first has shortened a vector leaves bases of any spectrum orthonormal", () => {
  const n = 200;
  const spectra: Readonly<Record<string, (i: number) => number>> = {
    uniform: (i) => i / n,
    "from 1 to 1e-60": (i) => 10 ** ((-60 * i) / n),
    "clusters of ten": (i) => Math.floor(i / 10) + 1e-9 * (i % 10),
    "of rank five": (i) => (i < 5 ? i + 1 : 0),
    "one large number": (i) => (i === 0 ? 1e12 : Math.sin(i)),
    "both signs, at 2^-900": (i) => 2 ** -900 * Math.cos(i),
  };
  for (const [name, eigenvalue] of Object.entries(spectra)) {
    const eigenvalues = Float64Array.from({ length: n }, (_, i) => eigenvalue(i));
    for (const exhausted of ["stop", "restart"] as const) {
      const { basis } = lanczos(diagonal(eigenvalues), { start: normalVector(n, 3), steps: 150, exhausted });
      assert.ok(basis.length >= 5, name);
      for (const [i, a] of basis.entries()) {
        assert.ok(Math.abs(norm(a) - 1) <= 1e-15, name);
        for (const b of basis.slice(0, i)) assert.ok(Math.abs(dot(a, b)) <= 2e-15, `${name}: ${i}: ${dot(a, b)}`);
      }
    }
  }
});

tests("what a caller keeps of lent vectors is the caller's", () => {
  for (const n of [3, 80]) {
    const later = withBasis(n, 3, (zeros) => kept([zeros().fill(1), zeros().fill(2)]));
    withBasis(n, 3, (zeros) => [zeros(), zeros(), zeros()].map((vector) => vector.fill(7)));
    const owned = later();
    assert.is(later(), owned);
    assert.ok(owned.every((vector, i) => vector.every((x) => x === i + 1)));
    assert.ok(owned.every((vector) => vector.buffer.byteLength === 8 * n));
    const mine = [new Float64Array(n)];
    assert.is(kept(mine)()[0], mine[0]);
  }
});

tests("lanczos has the numbers of the process as one writes it, and keeps its basis", () => {
  for (const n of [7, 70, 131]) {
    const map = diagonal(normalVector(n, 1));
    const start = normalVector(n, 2);
    const { basis, diagonal: alpha, offDiagonal } = lanczos(map, { start, steps: 40 });
    const own = [start.slice()];
    const length = norm(start);
    scale(1 / Math.sqrt(length), own[0]!);
    scale(1 / norm(own[0]!), own[0]!);
    for (let k = 0; k < basis.length; k++) {
      assertSame(basis[k]!, own[k]!, `vector ${k}`);
      assert.is(basis[k]!.buffer.byteLength, 8 * n);
      const next = new Float64Array(n);
      map.apply(own[k]!, next);
      assert.is(alpha[k], dot(own[k]!, next));
      orthogonalise(next, own.slice(-2), { rounds: 1 });
      const near = norm(next);
      orthogonalise(next, own, { rounds: 1 });
      if (norm(next) < Math.SQRT1_2 * near) orthogonalise(next, own, { rounds: 1 });
      if (k === basis.length - 1) break;
      assert.is(offDiagonal[k], norm(next));
      scale(1 / norm(next), next);
      own.push(next);
    }
    // Another run has the same memory, but not these vectors.
    lanczos(map, { steps: 40 });
    assertSame(basis[1]!, own[1]!, "vector 1 after another run");
  }
});

tests("solvers inside a product of gmres and of lanczos do not disturb them", () => {
  const n = 66;
  const inner = denseMatrix(n, n, normalVector(n * n, 1));
  const b = normalVector(n, 2);
  const nested = linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      lanczos(diagonal(b), { steps: 5 });
      gmres(inner, v, { maxIterations: 3, restart: 3 });
      for (let i = 0; i < n; i++) out[i] = (1 + i) * v[i]!;
    },
  });
  const plain = diagonal(Float64Array.from({ length: n }, (_, i) => 1 + i));
  assertSame(
    gmres(nested, b, { restart: 3, maxIterations: 30 }).x,
    gmres(plain, b, { restart: 3, maxIterations: 30 }).x,
    "x",
  );
  assertSame(lanczos(nested, { steps: 5 }).values, lanczos(plain, { steps: 5 }).values, "values");
});

tests("gmres solves over several cycles in the same memory", () => {
  const n = 80;
  const matrix = normalVector(n * n, 3).map((x, at) => x / 40 + (at % (n + 1) === 0 ? 1 : 0));
  const x = normalVector(n, 4);
  const b = new Float64Array(n);
  const map = denseMatrix(n, n, matrix);
  map.apply(x, b);
  const found = gmres(map, b, { restart: 5, maxIterations: 400 });
  assert.is(found.termination, "solution");
  assert.ok(found.iterations > 10);
  assertClose(found.x, x, 1e-8);
});

tests.run();
