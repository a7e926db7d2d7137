import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gmres } from "../../../src/linalg/krylov/gmres.ts";
import { lanczos } from "../../../src/linalg/krylov/lanczos.ts";
import { kept, withBasis } from "../../../src/linalg/krylov/orthogonalise.ts";
import { orthogonaliseShared } from "../../../src/linalg/krylov/orthogonaliseShared.ts";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { denseMatrix, diagonal } from "../../../src/linalg/maps/maps.ts";
import { axpy, dot, norm, scale } from "../../../src/linalg/vector.ts";
import { lent, sharedKernels, vectorMemory } from "../../../src/linalg/vectorMemory.ts";
import { assertClose } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

/** Modified Gram-Schmidt, twice, as one writes it. */
function asWritten(v: Float64Array, basis: readonly Float64Array[], components: Float64Array): void {
  for (let round = 0; round < 2; round++) {
    for (const [i, b] of basis.entries()) {
      const component = dot(b, v);
      components[i] = components[i]! + component;
      axpy(-component, b, v);
    }
  }
}

function assertSame(found: Float64Array, expected: Float64Array, what: string): void {
  const bad = expected.findIndex((number, i) => !Object.is(number, found[i]));
  assert.is(bad, -1, `${what}, entry ${bad}: ${found[bad]} instead of ${expected[bad]}`);
}

const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 1, -1, 1e308];
const entry = fc.oneof({ weight: 9, arbitrary: fc.double({ min: -2, max: 2 }) }, fc.constantFrom(...special));
const most = 6;

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
            orthogonaliseShared(last, own, sum);
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

tests("what a caller keeps of lent vectors is the caller's", () => {
  for (const n of [3, 80]) {
    const owned = withBasis(n, 3, (zeros) => kept([zeros().fill(1), zeros().fill(2)]));
    withBasis(n, 3, (zeros) => [zeros(), zeros(), zeros()].map((vector) => vector.fill(7)));
    assert.ok(owned.every((vector, i) => vector.every((x) => x === i + 1)));
    assert.ok(owned.every((vector) => vector.buffer.byteLength === 8 * n));
    const mine = [new Float64Array(n)];
    assert.is(kept(mine)[0], mine[0]);
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
      asWritten(next, own, new Float64Array(k + 1));
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
