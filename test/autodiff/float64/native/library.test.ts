/** Libraries that are missing, broken, of another version or wrong: named, and WebAssembly computes. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../../src/autodiff/derivatives/differentiate.ts";
import { Float64Engine } from "../../../../src/autodiff/float64/engine.ts";
import { describeNative, findNative } from "../../../../src/autodiff/float64/native/library.ts";
import { nativeFormat } from "../../../../src/autodiff/float64/native/operations.ts";
import { compileField } from "../../../../src/autodiff/program.ts";
import { ln2 } from "../../../../src/elementary/coefficients.ts";
import { assertClose } from "../../../support/assert.ts";
import { kernels, skipped } from "../../../support/nativeLoop.ts";
import { scratchPath } from "../../../support/scratch.ts";

process.removeAllListeners("warning");
const warnings: string[] = [];
process.on("warning", ({ message }) => warnings.push(message));

/** A field whose loops are long enough for native kernels, with tanh, sigmoid and log-sum-exp. */
function parts() {
  const b = new GraphBuilder();
  const z = b.input("z", "parameter", [300, 7]);
  const activated = b.mul(b.unary("tanh", z), b.unary("sigmoid", z));
  const value = b.add(b.sum(b.logSumExp(activated, [1])), b.sum(b.unary("softplus", z)));
  return { builder: b, parameters: [z], value, field: gradient(b, value, [z]), symmetric: true };
}

const point = Float64Array.from({ length: 2100 }, (_, i) => Math.sin(i) * 3);

function computed(native: string): readonly number[] {
  const engine = new Float64Engine(parts(), { blas: "off", native });
  const field = new Float64Array(point.length);
  return [engine.evaluate([], point, field), ...field];
}

const reference = (() => {
  const field = new Float64Array(point.length);
  const value = compileField({ ...parts(), executor: "interpreter" })
    .instance()
    .evaluate(point, field);
  return [value, ...field];
})();

const tests = suite("native library");
tests("that is switched off is not used", () => {
  assert.is(findNative("off"), undefined);
  assert.match(describeNative("off").warning!, /FLUXION_NATIVE=off/);
  assertClose(computed("off"), reference, 1e-14);
});
tests("is not used in a portable run", () => {
  const before = process.env.FLUXION_EXECUTOR;
  process.env.FLUXION_EXECUTOR = "portable";
  try {
    assert.is(findNative(""), undefined);
    assert.match(describeNative("").warning!, /portable/);
  } finally {
    if (before === undefined) delete process.env.FLUXION_EXECUTOR;
    else process.env.FLUXION_EXECUTOR = before;
  }
});

const folder = scratchPath("libraries");
mkdirSync(folder);
/** Copies the library with some bytes replaced, at every place where they occur. */
function altered(name: string, from: Buffer, to: Buffer): string {
  const bytes = readFileSync(describeNative("").library!);
  let count = 0;
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + to.length), count++) to.copy(bytes, at);
  assert.ok(count > 0, `${name}: nothing to replace`);
  const path = join(folder, name);
  writeFileSync(path, bytes, { mode: 0o755 });
  return path;
}

const bad: Readonly<Record<string, readonly [path: () => string, reason: RegExp]>> = {
  "is given by a relative path": [() => "build/library.so", /expected an absolute path/],
  "does not exist": [() => join(folder, "missing.so"), /there is no such file/],
  "is no library": [
    () => {
      const path = join(folder, "text.so");
      writeFileSync(path, "no library\n");
      return path;
    },
    /text\.so/,
  ],
};
if (kernels === undefined) tests("whose bytes are altered is skipped", skipped);
else {
  const number = (value: number): Buffer => Buffer.from(Float64Array.of(value).buffer);
  Object.assign(bad, {
    "computes wrongly in the last digits": [
      () => altered("wrong.so", number(ln2.tail), number(ln2.tail * (1 + 2 ** -20))),
      /its results have the digest [0-9a-f]{16}, expected/,
    ],
    "was made for another version": [
      () => altered("version.so", Buffer.from(nativeFormat), Buffer.from(`9${nativeFormat.slice(1)}`)),
      /another version of fluxion/,
    ],
    "is cut off": [
      () => {
        const path = join(folder, "short.so");
        writeFileSync(path, readFileSync(describeNative("").library!).subarray(0, 50));
        return path;
      },
      /short\.so/,
    ],
  });
  tests("agrees with the interpreter, and has bits of its own", () => {
    assertClose(computed(""), reference, 1e-14);
    assert.is.not(computed("").join(), computed("off").join());
  });
}
for (const [what, [path, reason]] of Object.entries(bad)) {
  tests(`that ${what} is named, and WebAssembly computes`, async () => {
    const library = path();
    assert.is(findNative(library), undefined);
    assert.match(describeNative(library).warning!, reason);
    assert.equal(computed(library), computed("off"));
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(warnings.some((warning) => warning.includes(library) && warning.includes("WebAssembly")));
  });
}
tests.run();
