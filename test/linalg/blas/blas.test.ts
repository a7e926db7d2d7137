import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeBlas, dgemm, findBlas } from "../../../src/linalg/blas/blas.ts";
import { librariesOf, usualLibraries } from "../../../src/linalg/blas/libraryPaths.ts";
import { isSteady } from "../../../src/linalg/blas/trialVector.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

const blas = findBlas("");
if (blas === undefined && process.env.FLUXION_TEST_NO_SKIP === "1") throw new Error(describeBlas("").warning);
if (blas === undefined) console.log(`skipped: dgemm: ${describeBlas("").warning}`);

const products = suite("dgemm");
if (blas !== undefined) {
  for (const [m, n, k] of [
    [1, 1, 1],
    [5, 3, 7],
    [17, 4, 33],
  ] as const) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        products(`multiplies ${m} x ${k}${transposeA ? "^T" : ""} and ${k} x ${n}${transposeB ? "^T" : ""}`, () => {
          const [a, b, c] = [normalVector(m * k, 1), normalVector(k * n, 2), normalVector(m * n, 3)];
          const expected = c.map((value, place) => {
            const [i, j] = [Math.floor(place / n), place % n];
            let sum = 0;
            for (let p = 0; p < k; p++) {
              sum += a[transposeA ? p * m + i : i * k + p]! * b[transposeB ? j * k + p : p * n + j]!;
            }
            return 1.5 * sum - value;
          });
          dgemm(blas, { m, n, k, a, b, c, transposeA, transposeB, alpha: 1.5, beta: -1 });
          assertClose(c, expected, 1e-14);
        });
      }
    }
  }

  products("refuses matrices of the wrong kind or length before anything is written", () => {
    const six = new Float64Array(6);
    const four = new Float64Array(4);
    const float32: unknown = new Float32Array(6);
    assertError(
      () => dgemm(blas, { m: 2, n: 2, k: 3, a: six, b: float32 as Float64Array, c: four }),
      "ERR_OPTION_TYPE",
      /expected b to be a Float64Array/,
    );
    assertError(
      () => dgemm(blas, { m: 2, n: 2, k: 3, a: six, b: four, c: four }),
      "ERR_LENGTH",
      /expected 6 numbers in b, got 4/,
    );
    assertError(
      () => dgemm(blas, { m: 2, n: 2, k: 1.5, a: six, b: six, c: four }),
      "ERR_LENGTH",
      /k to be a positive integer, got 1.5/,
    );
  });

  products("works on a part of a buffer", () => {
    const memory = Float64Array.of(9, 9, 1, 2, 3, 4, 9, 9);
    const c = new Float64Array(4);
    dgemm(blas, { m: 2, n: 2, k: 2, a: memory.subarray(2, 6), b: Float64Array.of(1, 0, 0, 1), c });
    assert.equal([...c], [1, 2, 3, 4]);
  });
}
products("has a name for every way in which there is none", () => {
  assert.is(findBlas("off"), undefined);
  assert.match(describeBlas("off").warning ?? "", /FLUXION_BLAS=off/);
});
products.run();

const vectors = suite("products of a matrix and a vector");
/** A dgemv by the textbook on the numbers of one buffer, whose address is 4096. */
function textbook(change: (sum: number, terms: readonly number[], place: number) => number) {
  let numbers = new Float64Array(0);
  return {
    addressOf: (buffer: ArrayBuffer): number => {
      numbers = new Float64Array(buffer);
      return 4096;
    },
    gemv: (...operands: readonly number[]): void => {
      const [, form, rows, columns, alpha, a, lda, x, incX, beta, y, incY] = operands as [
        ...[number, number, number, number, number, number],
        ...[number, number, number, number, number, number],
      ];
      const at = (address: number): number => (address - 4096) / 8;
      const [count, length] = form === 111 ? [rows, columns] : [columns, rows];
      for (let i = 0; i < count; i++) {
        const terms = Array.from({ length }, (_, p) => {
          return numbers[at(a) + (form === 111 ? i * lda + p : p * lda + i)]! * numbers[at(x) + p * incX]!;
        });
        const sum = terms.reduce((all, term) => all + term, 0);
        const place = at(y) + i * incY;
        numbers[place] = alpha * change(sum, terms, at(a)) + (beta === 0 ? 0 : beta * numbers[place]!);
      }
    },
  };
}
vectors("are used if they are right and the same wherever the operands lie", () => {
  assert.ok(isSteady(textbook((sum) => sum)));
  assert.not.ok(isSteady(textbook((sum) => sum + 1)));
  assert.not.ok(isSteady(textbook((sum) => sum * (1 + 2 ** -50))));
  const backwards = (sum: number, terms: readonly number[], place: number): number =>
    place % 2 === 0 ? sum : terms.reduceRight((all, term) => all + term, 0);
  assert.not.ok(isSteady(textbook(backwards)));
});
vectors("are not used if what was there comes through a factor of 0", () => {
  const right = textbook((sum) => sum);
  const gemv = (...operands: readonly number[]): void => {
    const [order, form, rows, columns, alpha, a, lda, x, incX, , y, incY] = operands as readonly number[] &
      Record<number, number>;
    right.gemv(order!, form!, rows!, columns!, alpha!, a!, lda!, x!, incX!, operands[9] === 0 ? 1e-300 : 1, y!, incY!);
  };
  assert.not.ok(isSteady({ ...right, gemv }));
});
if (blas?.gemv !== undefined) {
  const { gemv, addressOf } = blas;
  vectors("of this machine's library are steady", () => assert.ok(isSteady({ gemv, addressOf })));
}
vectors.run();

const missing = suite("findBlas");
missing("says why a library that was named cannot be used, and that products are done without it", async () => {
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  assert.is(findBlas("libno-such-blas.so"), undefined);
  assert.match((await warned).message, /FLUXION_BLAS: .*libno-such-blas.*products are done without it/);
  assert.match(describeBlas("libno-such-blas.so").warning ?? "", /libno-such-blas/);
});
missing("refuses a library that lacks the product", () => {
  assert.is(findBlas("libm.so.6"), undefined);
  assert.match(describeBlas("libm.so.6").warning ?? "", /cblas_dgemm/);
});
missing("describes what it uses", () => {
  const { library, warning } = describeBlas("");
  assert.ok((library === undefined) === (blas === undefined));
  assert.ok(library !== undefined || warning !== undefined);
});
missing("loads by absolute paths only: a relative entry of LD_LIBRARY_PATH is not looked at", () => {
  const { cwd, chdir, env } = process;
  const [before, here] = [env.LD_LIBRARY_PATH, mkdtempSync(join(tmpdir(), "fluxion-blas-"))];
  const directory = cwd();
  mkdirSync(join(here, "evil"));
  writeFileSync(join(here, "evil", "libopenblas.so.0"), "");
  writeFileSync(join(here, "libopenblas.so.0"), "");
  chdir(here);
  try {
    for (const entries of ["evil", ".", "", "evil::/usr/lib", "./evil:../x"]) {
      env.LD_LIBRARY_PATH = entries;
      for (const path of [...librariesOf("libopenblas.so.0"), ...usualLibraries()]) {
        assert.ok(path.startsWith("/") && !path.startsWith(here), `${entries}: ${path}`);
      }
    }
    env.LD_LIBRARY_PATH = `evil:${here}/evil`;
    assert.is(librariesOf("libopenblas.so.0")[0], join(here, "evil", "libopenblas.so.0"));
    assert.equal(librariesOf("evil/libopenblas.so.0"), []);
    assert.match(describeBlas("evil/libopenblas.so.0").warning ?? "", /is a relative path; give an absolute one/);
  } finally {
    chdir(directory);
    if (before === undefined) delete env.LD_LIBRARY_PATH;
    else env.LD_LIBRARY_PATH = before;
    rmSync(here, { recursive: true });
  }
});
missing.run();
