import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { EndRecord } from "../../../src/experiments/campaigns/endRecord.ts";
import { mergeParts } from "../../../src/experiments/campaigns/mergeParts.ts";
import { PartFollower } from "../../../src/experiments/campaigns/partReader.ts";
import { PartWriter } from "../../../src/experiments/campaigns/partWriter.ts";
import * as fc from "../../support/fastCheck.ts";

const parts = suite("parts of a campaign");

const scratch = (): string => mkdtempSync(join(tmpdir(), "fluxion parts "));

function end(search: number, more: Record<string, number | string | undefined> = {}): EndRecord {
  const own = { step: 3, seconds: Math.random(), evaluations: 4, products: 5, stepSize: Number.NaN };
  return {
    search,
    run: `r${search}`,
    status: "converged",
    verdict: "v",
    value: -0,
    squaredFieldNorm: 0,
    ...own,
    ...more,
  };
}

function write(directory: string, worker: string, batches: readonly (readonly EndRecord[])[]): void {
  const writer = new PartWriter(directory, worker, "id");
  for (const batch of batches) {
    for (const each of batch) writer.add(each);
    writer.flush();
  }
  writer.close();
}

const merged = (directory: string, count: number, damage: string[] = []) =>
  mergeParts(
    [directory],
    count,
    () => {},
    ({ why }) => damage.push(why),
  );

/** All ends by search, as the merge gives them. */
function endsOf(directory: string, count: number): Map<number, Record<string, unknown>> {
  const found = new Map<number, Record<string, unknown>>();
  for (const { table, rows } of merged(directory, count).ends()) {
    for (const row of rows) {
      const cells: Record<string, unknown> = {};
      for (const { name } of table.schema.fields) {
        const cell = table.getChild(name)!.get(row);
        if (cell !== null) cells[name] = cell;
      }
      found.set(cells.search as number, cells);
    }
  }
  return found;
}

parts("keep every cell of every end, bit for bit, whatever columns come when", () => {
  const cell = fc.oneof(fc.double(), fc.string({ unit: "grapheme" }), fc.constant(undefined));
  const more = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), cell, { maxKeys: 4 });
  fc.assert(
    fc.property(fc.array(more, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 4 }), (all, size) => {
      const directory = scratch();
      const ends = all.map((own, i) => end(i, own));
      const batches = Array.from({ length: Math.ceil(ends.length / size) }, (_, i) =>
        ends.slice(i * size, i * size + size),
      );
      write(directory, "w", batches);
      const found = endsOf(directory, all.length);
      for (const own of ends) {
        const { more, ...cells } = found.get(own.search)!;
        const rest = more === undefined ? {} : (JSON.parse(String(more)) as Record<string, unknown>);
        for (const [name, wanted] of Object.entries(own)) {
          const got = cells[name] ?? rest[name];
          if (wanted === undefined) assert.is(got, undefined);
          // A column that holds texts holds numbers as texts.
          else
            assert.ok(
              Object.is(got, wanted) || got === String(wanted),
              `${name}: ${String(wanted)} became ${String(got)}`,
            );
        }
      }
    }),
    { numRuns: 40 },
  );
});

parts("are at most ten files a worker, even if every end brings another column", () => {
  const directory = scratch();
  write(
    directory,
    "w",
    Array.from({ length: 40 }, (_, i) => [end(i, { [`column ${i}`]: i })]),
  );
  assert.ok(readdirSync(join(directory, "parts")).length <= 10);
  const found = endsOf(directory, 40);
  for (let i = 0; i < 40; i++) {
    const own = found.get(i)!;
    const rest = own.more === undefined ? {} : (JSON.parse(String(own.more)) as Record<string, unknown>);
    assert.is(own[`column ${i}`] ?? rest[`column ${i}`], i);
  }
});

parts("take at most 1 kB a search, with 40 columns", () => {
  const directory = scratch();
  const more = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`column ${i}`, i / 7]));
  write(
    directory,
    "w",
    Array.from({ length: 10 }, (_, b) => Array.from({ length: 50 }, (_, i) => end(50 * b + i, more))),
  );
  const [file] = readdirSync(join(directory, "parts"));
  assert.ok(statSync(join(directory, "parts", file!)).size < 500 * 1000);
});

parts("drop repeats with equal bits, whatever time they took", () => {
  const directory = scratch();
  write(directory, "w1", [[end(0), end(1)], [end(2)]]);
  write(directory, "w2", [[end(1), end(2), end(3, { only: "here" })]]);
  const { there, repeats, workers } = merged(directory, 5);
  assert.is(there.size, 4);
  assert.is(repeats, 2);
  assert.equal([...workers], ["w1", "w2"]);
  assert.is(endsOf(directory, 5).size, 4);
});

parts("with ends that differ in one bit are an error that names both workers", () => {
  const cases: [Record<string, number | string>, Record<string, number | string>][] = [
    [{ value: 0 }, { value: -0 }],
    [{ value: 1 }, { value: 1 + Number.EPSILON }],
    [{ class: "{1}" }, {}],
    [{ verdict: "a" }, { verdict: "b" }],
  ];
  for (const [a, b] of cases) {
    const directory = scratch();
    write(directory, "one", [[end(7, a)]]);
    write(directory, "two", [[end(7, b)]]);
    assert.throws(
      () => merged(directory, 8),
      (error: { code?: string; message: string }) =>
        error.code === "ERR_CAMPAIGN_CONFLICT" && /search 7 .* one.* two/.test(error.message),
    );
  }
});

parts("cut anywhere lose no batch before the cut, and never give a wrong end", () => {
  const directory = scratch();
  write(
    directory,
    "w",
    Array.from({ length: 6 }, (_, b) => Array.from({ length: 5 }, (_, i) => end(5 * b + i))),
  );
  const path = join(directory, "parts", "w-1.arrows");
  const bytes = readFileSync(path);
  const whole = endsOf(directory, 30);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), (cut) => {
      const other = scratch();
      mkdirSync(join(other, "parts"));
      writeFileSync(join(other, "parts", "w-1.arrows"), bytes.subarray(0, cut));
      const found = endsOf(other, 30);
      assert.is(found.size % 5, 0);
      for (const [search, cells] of found) assert.equal(cells, whole.get(search));
    }),
    { numRuns: 60 },
  );
});

parts("with a flipped bit lose a batch and say so, and never give a wrong end", () => {
  const directory = scratch();
  write(
    directory,
    "w",
    Array.from({ length: 6 }, (_, b) => Array.from({ length: 5 }, (_, i) => end(5 * b + i))),
  );
  const bytes = readFileSync(join(directory, "parts", "w-1.arrows"));
  const whole = endsOf(directory, 30);
  // Lengths decide where the next batch is looked for; that of the last batch has nothing behind it.
  const last = bytes.lastIndexOf(Buffer.from([0xff, 0xff, 0xff, 0xff]), bytes.length - 9);
  const place = fc.oneof(fc.nat(bytes.length - 1), fc.integer({ min: last, max: last + 64 }));
  fc.assert(
    fc.property(place, fc.nat(7), (at, bit) => {
      const other = scratch();
      mkdirSync(join(other, "parts"));
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << bit;
      writeFileSync(join(other, "parts", "w-1.arrows"), damaged);
      const damage: string[] = [];
      let torn = 0;
      let found: Map<number, Record<string, unknown>>;
      try {
        torn = merged(other, 30, damage).torn.length;
        found = endsOf(other, 30);
      } catch (error) {
        assert.match(String((error as { code?: string }).code), /^ERR_ARROW/);
        return;
      }
      if (found.size < 30)
        assert.ok(damage.length + torn > 0, `byte ${at} bit ${bit}: ${30 - found.size} lost silently`);
      for (const [search, cells] of found) assert.equal(cells, whole.get(search));
    }),
    { numRuns: 200 },
  );
});

parts("are followed while they grow, each batch once, torn ones when they are whole", () => {
  const directory = scratch();
  const source = scratch();
  write(
    source,
    "w",
    Array.from({ length: 5 }, (_, b) => [end(b)]),
  );
  const bytes = readFileSync(join(source, "parts", "w-1.arrows"));
  mkdirSync(join(directory, "parts"));
  const path = join(directory, "parts", "w-1.arrows");
  const follower = new PartFollower(directory);
  const seen: number[] = [];
  for (let at = 0; at < bytes.length; at += 37) {
    appendFileSync(path, bytes.subarray(at, at + 37));
    follower.read(({ table }) => seen.push(table.getChild("search")!.get(0)));
  }
  assert.equal(seen, [0, 1, 2, 3, 4]);
});

parts.run();
