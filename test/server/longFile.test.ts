/** A finished file is found by the heads of its batches; damage shows when a body is read; a first picture comes from a sample. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../src/arrow/readRun.ts";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { Row } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import type { Range } from "../../src/server/rows/chosenBatches.ts";
import { planFor } from "../../src/server/rows/plan.ts";
import { renderThinned } from "../../src/server/rows/render.ts";
import { sampleOf } from "../../src/server/rows/sample.ts";
import type { Batch } from "../../src/server/segment.ts";
import { ServedRun } from "../../src/server/servedRun.ts";
import { serveViewers } from "../../src/server/serveViewers.ts";
import { scratchDirectory } from "../support/command.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { connect, firstSteps, type Viewer } from "../support/viewer.ts";

const long = suite("long finished files");

interface Recorded {
  readonly directory: string;
  readonly path: string;
  readonly bytes: Buffer;
  /** Place and length of each batch. */
  readonly batches: readonly { readonly at: number; readonly length: number }[];
}

function record(rows: number, perBatch: number, row: (step: number) => Partial<Row> = () => ({})): Recorded {
  const directory = scratchDirectory();
  const path = join(directory, iteratesFileName(1));
  const run = makeRun();
  const parts: Uint8Array[] = [];
  const batches: { readonly at: number; readonly length: number }[] = [];
  let at = 0;
  const recorder = recordRun(run, {
    batch: { rows: perBatch },
    sink({ kind, bytes }) {
      if (kind === "batch") batches.push({ at, length: bytes.length });
      parts.push(bytes);
      at += bytes.length;
    },
  });
  for (let step = 0; step < rows; step++) recorder.append(makeRow(run, step, row(step)));
  recorder.close();
  const bytes = Buffer.concat(parts);
  writeFileSync(path, bytes);
  return { directory, path, bytes, batches };
}

async function prepared(path: string): Promise<{ readonly served: ServedRun; readonly warnings: string[] }> {
  const warnings: string[] = [];
  const served = new ServedRun("example", makeRun(), [{ path, attempt: 1 }], undefined, 0, (text) =>
    warnings.push(text),
  );
  await served.prepare(() => true);
  return { served, warnings };
}

async function withRun(directory: string, act: (viewer: () => Promise<Viewer>, warnings: string[]) => Promise<void>) {
  const warnings: string[] = [];
  const server = await serveViewers({ warn: (text) => warnings.push(text) });
  try {
    server.hub.addFinished(makeRun(), directory, { status: "stopped" });
    await act(() => connect(server), warnings);
  } finally {
    await server.close();
  }
}

long("cut at any byte of their tail, have the batches that a reader finds", async () => {
  const { path, bytes, batches } = record(40, 10);
  const last = batches.at(-1)!;
  for (let length = last.at - 1; length <= bytes.length; length += length % 8 === 0 ? 1 : 8 - (length % 8)) {
    writeFileSync(path, bytes.subarray(0, length));
    const { served, warnings } = await prepared(path);
    const steps = [...readRun(path)].map(({ step }) => step);
    const { segments } = served;
    assert.is(segments[0]!.rows, steps.length, `${length} bytes`);
    assert.is(segments[0]!.lastStep, steps.at(-1));
    assert.equal(warnings, []);
    served.close();
  }
});

long("are shown without the one batch whose body is damaged, which is told once", async () => {
  const { directory, path, bytes, batches } = record(50, 10);
  for (const [index, { at, length }] of batches.entries()) {
    const damaged = Buffer.from(bytes);
    damaged[at + length - 40]! ^= 4;
    writeFileSync(path, damaged);
    const spared = firstSteps(50).filter((step) => Math.floor(step / 10) !== index);
    await withRun(directory, async (viewer, warnings) => {
      for (const wanted of [{}, { columns: ["value"] }, { points: 16 }, {}]) {
        const one = await viewer();
        one.send({ subscribe: { run: "example", ...wanted } });
        await one.message("ended");
        const steps = "points" in wanted ? one.steps.filter((step) => !spared.includes(step)) : one.steps;
        assert.equal(steps, "points" in wanted ? [] : spared, `batch ${index} with ${JSON.stringify(wanted)}`);
        assert.ok(one.steps.length > 0);
      }
      assert.is(warnings.length, 1, warnings.join("\n"));
      assert.match(warnings[0]!, new RegExp(`10 rows of steps ${10 * index} to ${10 * index + 9} are lost`));
    });
  }
  assert.is(readFileSync(path).length, bytes.length);
});

long("are found without their bodies: what stands there does not change what is known of the run", async () => {
  const { path, bytes, batches } = record(2000, 10);
  const whole = await prepared(path);
  for (const { at, length } of batches) bytes.fill(7, at + length - 64, at + length);
  writeFileSync(path, bytes);
  const damaged = await prepared(path);
  const places = ({ segments }: ServedRun) =>
    segments.map((segment) => segment.batches(0, segment.end).map(({ read: _, ...place }) => place));
  assert.equal(places(damaged.served), places(whole.served));
  assert.equal(damaged.warnings, []);
  const [segment] = damaged.served.segments;
  for (const batch of segment!.batches(0, segment!.end)) assert.is(batch.read(), undefined);
  assert.is(damaged.warnings.length, 11);
  assert.match(damaged.warnings.at(-1)!, /further damage is not told; fluxion verify lists all of it/);
});

long("give a first picture from a bounded number of batches if asked to, and all extremes afterwards", async () => {
  // One batch of 2000 holds a spike, which the sample need not see.
  const { directory } = record(20_000, 10, (step) => ({ value: step === 10_003 ? 1e9 : 1 }));
  await withRun(directory, async (viewer) => {
    const one = await viewer();
    const request = { run: "example", points: 200, columns: ["value"] };
    one.send({ subscribe: { ...request, preview: true } });
    await one.message("ended");
    const { thinned } = await one.message("thinned");
    assert.is(thinned.rows, 20_000);
    assert.ok(thinned.read! <= 256 * 10, `${thinned.read} rows were read`);
    assert.is(thinned.sent, one.steps.length);
    assert.is(one.steps[0], 0);
    assert.is(one.steps.at(-1), 19_999);
    const [first, all] = [one.steps.splice(0), await viewer()];
    one.messages.length = 0;
    for (const each of [one, all]) each.send({ subscribe: request });
    for (const each of [one, all]) await each.message("ended");
    assert.is((await one.message("thinned")).thinned.read, undefined);
    assert.equal(one.steps, all.steps);
    assert.ok(one.steps.includes(10_003) && first.length > 100);
  });
});

function rangeOf(counts: readonly number[], bytes: number): Range[] {
  let step = 0;
  return counts.map((count, segment) => ({
    segment,
    header: new Uint8Array(0),
    fromStep: 0,
    upToStep: Number.POSITIVE_INFINITY,
    batches: Array.from({ length: count }, (_, index): Batch => {
      const firstStep = step++;
      return { index, firstStep, lastStep: firstStep, rows: 1, bytes, read: () => undefined };
    }),
  }));
}

long("are sampled within bounds, evenly, with both ends, whatever the size of their batches and attempts", () => {
  for (const scale of ["linear", "log"] as const) {
    for (const counts of [[100_000], [1, 99_999], [50_000, 1, 49_999], [10_000, 10_000, 10_000]]) {
      const total = counts.reduce((sum, count) => sum + count);
      for (const bytes of [1000, 100_000, 4_000_000]) {
        const chosen = sampleOf(rangeOf(counts, bytes), scale)!.flatMap(({ batches }) => batches);
        const steps = chosen.map(({ firstStep }) => firstStep);
        assert.is(steps[0], 0);
        assert.is(steps.at(-1), total - 1);
        assert.equal(
          steps,
          [...new Set(steps)].sort((a, b) => a - b),
        );
        assert.ok(steps.length <= 512 && steps.length * bytes <= Math.max(2 * 16 * 2 ** 20, 32 * bytes));
        const widest = Math.max(...steps.slice(1).map((step, index) => step - steps[index]!));
        assert.ok(
          widest <= (total / steps.length) * 2.2,
          `${widest} of ${total} batches between two of ${steps.length}`,
        );
      }
    }
  }
  assert.is(sampleOf(rangeOf([1000], 1000), "linear"), undefined);
});

long("are encoded in pieces of a bounded number of bytes, however wide their rows are", async () => {
  const width = 2048;
  const { path } = record(200, 64, () => ({ point: new Float64Array(width), value: Math.random() }));
  const { served } = await prepared(path);
  const { ranges } = served.stretch({ segment: 0, batch: 0 }, 0);
  const plans = ranges.map(({ header }) => planFor(header, undefined));
  let rows = 0;
  for await (const part of renderThinned(ranges, plans, { points: 500, scale: "linear" }, () => true)) {
    const bytes = part.batches.length;
    assert.ok(bytes < 256 * 1024 + 2 * (8 * width + 4096), `${bytes} bytes for ${part.rows} rows`);
    rows += part.rows;
  }
  assert.ok(rows > 50, `${rows} rows`);
  served.close();
});

long.run();
