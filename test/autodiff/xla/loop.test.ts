/** Steps on the device, beside the same steps one by one. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import type { FieldParts } from "../../../src/autodiff/fieldParts.ts";
import { compileField } from "../../../src/autodiff/program.ts";
import { compileLoop } from "../../../src/autodiff/xla/loop/deviceLoop.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { hasXla } from "../../support/xla.ts";

const [samples, inputs, outputs, k] = [6, 3, 2, 7];
const n = inputs * outputs + outputs;

/** L(w, c) = mean of (tanh(x w + c) - y)^2. */
function parts(): FieldParts {
  const b = new GraphBuilder();
  const w = b.input("w", "parameter", [inputs, outputs]);
  const c = b.input("c", "parameter", [outputs]);
  const x = b.input("x", "data", [samples, inputs]);
  const y = b.input("y", "data", [samples, outputs]);
  const off = b.sub(b.unary("tanh", b.add(b.matmul(x, w), c)), y);
  const value = b.mean(b.mul(off, off));
  return { builder: b, parameters: [w, c], data: [x, y], value, field: gradient(b, value, [w, c]), symmetric: true };
}

const batches = [normalVector(k * samples * inputs, 1), normalVector(k * samples * outputs, 2)] as const;
const batch = (step: number): Readonly<Record<string, Float64Array>> => ({
  x: batches[0].subarray(step * samples * inputs, (step + 1) * samples * inputs),
  y: batches[1].subarray(step * samples * outputs, (step + 1) * samples * outputs),
});
const settings = { stepSize: 0.1, decay: 0.8, squareDecay: 0.95, damping: 1e-6 };
const z0 = normalVector(n, 3);

/** The same steps in TypeScript. */
function reference(method: string): {
  readonly point: Float64Array;
  readonly values: number[];
  readonly norms: number[];
} {
  const program = compileField({ ...parts(), executor: "float64" });
  const { stepSize, decay, squareDecay, damping } = settings;
  const [point, m, v, g] = [z0.slice(), new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const [values, norms]: [number[], number[]] = [[], []];
  for (let step = 0; step < 2 * k; step++) {
    values.push(program.instance(batch(step % k)).evaluate(point, g));
    norms.push(g.reduce((sum, entry) => sum + entry * entry, 0));
    for (let i = 0; i < n; i++) {
      if (method === "gradientDescent") point[i]! -= stepSize * g[i]!;
      else if (method === "momentum") {
        m[i] = decay * m[i]! + g[i]!;
        point[i]! -= stepSize * m[i]!;
      } else {
        m[i] = decay * m[i]! + (1 - decay) * g[i]!;
        v[i] = squareDecay * v[i]! + (1 - squareDecay) * g[i]! * g[i]!;
        const root = Math.sqrt(v[i]! / (1 - squareDecay ** (step + 1)));
        point[i]! -= (stepSize * m[i]!) / (1 - decay ** (step + 1)) / (root + damping);
      }
    }
  }
  return { point, values, norms };
}

const loops = suite("xla: loops");
if (hasXla) {
  for (const method of ["gradientDescent", "momentum", "adam"] as const) {
    loops(`${method}: ${k} steps per call are ${k} steps, and two calls go on where the first ended`, () => {
      const expected = reference(method);
      const loop = compileLoop(parts(), { method, steps: k, batched: true });
      loop.start(z0);
      const rows = [loop.advance(settings, batches), loop.advance(settings, batches)];
      assert.equal(
        rows.map(({ step, every }) => [step, every]),
        [
          [k, k],
          [2 * k, k],
        ],
      );
      const values = Float64Array.from(rows.flatMap((row) => Array.from(row.values)));
      const norms = Float64Array.from(rows.flatMap((row) => Array.from(row.squaredFieldNorms)));
      assertClose(values, Float64Array.from(expected.values), 1e-12, "values");
      assertClose(norms, Float64Array.from(expected.norms), 1e-12, "norms");
      assertClose(loop.point(), expected.point, 1e-12, "point");
      // The same bits again.
      const first = loop.point();
      loop.start(z0);
      for (let i = 0; i < 2; i++) loop.advance(settings, batches);
      assert.equal(loop.point(), first);
    });
  }

  loops("refuse what does not fit", () => {
    assertError(() => compileLoop(parts(), { method: "sgd" as never, steps: 2 }), "ERR_OPTION_RANGE");
    assertError(() => compileLoop(parts(), { method: "adam", steps: 0 }), "ERR_OPTION_RANGE");
    const loop = compileLoop(parts(), { method: "adam", steps: 2 });
    assertError(() => loop.advance(settings), "ERR_UNSUPPORTED");
    assertError(() => loop.start(new Float64Array(1)), "ERR_LENGTH");
    loop.start(z0);
    assertError(() => loop.advance(settings, [new Float64Array(1)]), "ERR_LENGTH");
  });
} else loops("are skipped", () => undefined);
loops.run();
