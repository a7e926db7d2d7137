import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type LoopStep, readsOf, type Step, writesOf } from "../../../src/autodiff/float64/lower/steps.ts";
import type { Buffer } from "../../../src/autodiff/float64/lower/values.ts";
import { plan } from "../../../src/autodiff/float64/plan.ts";

const buffer = (size: number, place?: number): Buffer => ({
  size,
  level: 0,
  ...(place === undefined ? {} : { place }),
});

/** out = tanh of the sum of all operands, entry by entry, or of their first numbers where `spread`. */
function loop(out: Buffer, operands: readonly Buffer[], spread = false): LoopStep {
  const strides = [spread ? 0 : 1];
  return {
    kind: "loop",
    shape: [out.size],
    values: [
      ...operands.map((operand) => ({ kind: "load" as const, access: { buffer: operand, offset: 0, strides } })),
      { kind: "operation", op: "tanh", operands: [0] },
    ],
    stores: [{ value: operands.length, access: { buffer: out, offset: 0, strides: [1] } }],
    sums: [],
  };
}

/** Fails where a step would write over what somebody still reads, but for a loop that ends what it reads. */
function assertNothingIsOverwritten(steps: readonly Step[]): void {
  const lastUse = new Map<Buffer, number>();
  for (const [time, step] of steps.entries()) for (const read of readsOf(step)) lastUse.set(read, time);
  const living = new Set<Buffer>();
  for (const [time, step] of steps.entries()) {
    for (const written of writesOf(step)) {
      for (const other of living) {
        const apart =
          other.place! + 8 * other.size <= written.place! || written.place! + 8 * written.size <= other.place!;
        const ends = lastUse.get(other) === time && readsOf(step).includes(other) && other.size === written.size;
        assert.ok(apart || ends, `step ${time} overwrites a buffer that is read at ${lastUse.get(other)}`);
      }
      living.add(written);
    }
    for (const other of living) if ((lastUse.get(other) ?? 0) <= time && other.place! >= 1e6) living.delete(other);
  }
}

const plans = suite("plan");
plans("orders steps after what they read and leaves out what nobody needs", () => {
  const [source, a, c, unused, out] = [buffer(4, 0), buffer(4), buffer(4), buffer(4), buffer(4, 64)];
  const steps = [loop(out, [a, c]), loop(unused, [a]), loop(c, [a]), loop(a, [source])];
  assert.equal(
    plan(steps).steps.map((step) => writesOf(step)[0]),
    [a, c, out],
  );
});
plans("lets a loop write where an operand ends that it reads entry by entry", () => {
  const [source, a, c, out] = [buffer(4, 0), buffer(4), buffer(4), buffer(4, 64)];
  const made = plan([loop(a, [source]), loop(c, [a]), loop(out, [c])]);
  assert.is(made.bytes, 32);
  made.settle(1e6);
  assert.is(a.place, c.place);
});
plans("does not where the operand is read elsewhere than it is written", () => {
  const [source, a, c, out] = [buffer(4, 0), buffer(4), buffer(4), buffer(4, 64)];
  const made = plan([loop(a, [source]), loop(c, [a], true), loop(out, [c])]);
  assert.is(made.bytes, 64);
});
plans("takes little more than what lives at once, and overwrites nothing that is still needed", () => {
  let state = 1;
  const random = (n: number): number => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  for (let trial = 0; trial < 60; trial++) {
    const buffers = [buffer(16, 0)];
    const steps: Step[] = [];
    for (let i = 0; i < 30; i++) {
      const operands = [...new Set([0, 1].map(() => buffers[Math.max(0, buffers.length - 1 - random(6))]!))];
      const made = i === 29 ? buffer(16, 4096) : buffer(2 * (1 + random(16)));
      steps.push(loop(made, operands, random(2) === 0));
      buffers.push(made);
    }
    const made = plan(steps);
    made.settle(1e6);
    assertNothingIsOverwritten(made.steps);
    assert.ok(
      made.bytes >= made.lowerBound && made.bytes <= 1.5 * made.lowerBound,
      `${made.bytes} of ${made.lowerBound}`,
    );
  }
});
plans.run();
