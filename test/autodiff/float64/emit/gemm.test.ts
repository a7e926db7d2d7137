import { suite } from "uvu";
import { blockedGemm } from "../../../../src/autodiff/float64/emit/blockedGemm.ts";
import { type GemmKind, gemmKernel } from "../../../../src/autodiff/float64/emit/gemm.ts";
import { wasm } from "../../../../src/linalg/wasm/host.ts";
import { hasMultiplyAdd, ModuleBuilder } from "../../../../src/linalg/wasm/module.ts";
import { assertClose } from "../../../support/assert.ts";
import { normalVector } from "../../../support/random.ts";

const pages = 32;
const [placeB, placeC] = [512 * 1024, 1024 * 1024];

const packing = 1536 * 1024;

type Multiply = (kind: GemmKind | "by blocks", ...operands: number[]) => void;

function compile(fused: boolean, memory: { readonly buffer: ArrayBuffer }): Multiply {
  const module = new ModuleBuilder();
  for (const kind of ["rows", "dots", "transposed"] as const) {
    const kernel = module.add(gemmKernel(kind, fused), kind);
    if (kind === "rows") module.add(blockedGemm(kernel), "by blocks");
  }
  const { exports } = new wasm.Instance(new wasm.Module(module.encode(pages)), { env: { memory } });
  return (kind, ...operands) => void exports[kind]!(...operands);
}

const tests = suite("gemmKernel");
for (const fused of hasMultiplyAdd() ? [false, true] : [false]) {
  const memory = new wasm.Memory({ initial: pages, maximum: pages });
  const multiply = compile(fused, memory);
  const write = (place: number, values: Float64Array): void =>
    new Float64Array(memory.buffer, place, values.length).set(values);
  for (const [m, n, k] of [
    [1, 1, 1],
    [4, 4, 4],
    [5, 7, 9],
    [17, 3, 2],
    [6, 2, 300],
    [70, 5, 11],
    [1, 9, 513],
  ] as const) {
    tests(`multiplies ${m} x ${k} by ${k} x ${n} in every form, writing nothing else${fused ? ", fused" : ""}`, () => {
      for (const form of ["NN", "TN", "NT", "TT"] as const) {
        for (const [blocked, accumulate] of [
          [false, 0],
          [false, 1],
          [true, 0],
          [true, 1],
        ] as const) {
          const [a, b, c] = [normalVector(m * k, 1), normalVector(k * n, 2), normalVector(m * n + 4, 3)];
          const [transposeA, transposeB] = [form[0] === "T", form[1] === "T"];
          write(0, a);
          write(placeB, b);
          write(placeC, c);
          const sizes = [m, n, k, 1.5, accumulate] as const;
          const [aRow, aStep] = transposeA ? [8, 8 * m] : [8 * k, 8];
          if (blocked) {
            const [bRow, bStep] = transposeB ? [8, 8 * k] : [8 * n, 8];
            multiply("by blocks", 0, aRow, aStep, placeB, bRow, bStep, placeC, 8 * n, ...sizes, packing);
          } else if (form === "TT") {
            multiply("transposed", placeB, 8 * k, 8, 0, 8 * m, placeC, 8 * n, n, m, k, 1.5, accumulate);
          } else {
            const distance = 8 * (transposeB ? k : n);
            multiply(transposeB ? "dots" : "rows", 0, aRow, aStep, placeB, distance, placeC, 8 * n, ...sizes);
          }
          const expected = c.map((old, place) => {
            if (place >= m * n) return old;
            const [i, j] = [Math.floor(place / n), place % n];
            let sum = 0;
            for (let p = 0; p < k; p++) {
              sum += a[transposeA ? p * m + i : i * k + p]! * b[transposeB ? j * k + p : p * n + j]!;
            }
            return 1.5 * sum + accumulate * old;
          });
          const what = `${form}${blocked ? " by blocks" : ""}${accumulate ? ", added" : ""}`;
          assertClose(new Float64Array(memory.buffer, placeC, m * n + 4), expected, 1e-14, what);
        }
      }
    });
  }
}
tests.run();
