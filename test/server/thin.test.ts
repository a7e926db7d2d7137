import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeThinner } from "../../src/server/thin.ts";

const thin = suite("makeThinner");

const steps = Float64Array.from({ length: 10_000 }, (_, i) => i);
const options = { fromStep: 0, toStep: 9999, points: 300, columns: 1 } as const;

thin("keeps the first and the last row, every bucket's extremes, and stays below the points asked for", () => {
  const values = Float64Array.from(steps, (step) => Math.sin(step / 37) + (step === 4711 ? 50 : 0));
  const thinner = makeThinner({ ...options, scale: "linear" });
  thinner.offer(steps, [{ values }]);
  const chosen = [...thinner.chosen()];
  assert.ok(chosen.length <= 301, `${chosen.length} rows`);
  for (const row of [0, 4711, 9999]) assert.ok(chosen.includes(row), `row ${row}`);
  for (let bucket = 0; bucket < 100; bucket++) {
    const rows = Array.from({ length: 100 }, (_, i) => 100 * bucket + i);
    const [low, high] = [Math.min(...rows.map((row) => values[row]!)), Math.max(...rows.map((row) => values[row]!))];
    const kept = chosen.filter((row) => Math.floor(row / 100) === bucket).map((row) => values[row]);
    assert.ok(kept.includes(low) && kept.includes(high), `bucket ${bucket}`);
  }
});

thin("keeps the first row of each bucket that is not finite, and none that is missing", () => {
  const values = Float64Array.from(steps, () => 1);
  values.fill(Number.NaN, 5050, 5070);
  values[8080] = Number.POSITIVE_INFINITY;
  values[3030] = 99;
  const thinner = makeThinner({ ...options, scale: "linear" });
  thinner.offer(steps, [{ values, missing: (row) => row === 3030 }]);
  const chosen = [...thinner.chosen()];
  assert.ok(chosen.includes(5050) && chosen.includes(8080));
  assert.not.ok(chosen.includes(5051));
  assert.not.ok(chosen.includes(3030));
});

thin("spends as many rows on steps 10 to 100 as on 1000 to 10,000, for a logarithmic axis", () => {
  const values = Float64Array.from(steps, (step) => Math.cos(step));
  const thinner = makeThinner({ ...options, scale: "log" });
  thinner.offer(steps, [{ values }]);
  const chosen = [...thinner.chosen()];
  const early = chosen.filter((row) => row >= 30 && row < 300).length;
  const late = chosen.filter((row) => row >= 999 && row < 9990).length;
  assert.ok(Math.abs(early - late) <= 0.2 * late, `${early} and ${late} rows`);
});

thin("gives the same rows however they are divided into blocks", () => {
  const values = Float64Array.from(steps, (step) => Math.sin(step * step));
  const whole = makeThinner({ ...options, scale: "linear" });
  whole.offer(steps, [{ values }]);
  const pieces = makeThinner({ ...options, scale: "linear" });
  for (let at = 0; at < steps.length; at += 333) {
    pieces.offer(steps.subarray(at, at + 333), [{ values: values.subarray(at, at + 333) }]);
  }
  assert.equal(pieces.chosen(), whole.chosen());
});

thin("keeps rows that it is told to keep", () => {
  const thinner = makeThinner({ ...options, scale: "linear" });
  thinner.offer(steps, [{ values: new Float64Array(10_000) }], (row) => row === 1234);
  assert.ok(thinner.chosen().includes(1234));
});

thin.run();
