/** `fluxion list`: finds runs by what was found. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { conditionOf, sorted } from "../../../src/cli/finding/conditions.ts";
import { entriesIn } from "../../../src/cli/finding/entries.ts";
import { assertError } from "../../support/assert.ts";
import { fluxion } from "../../support/command.ts";
import * as fc from "../../support/fastCheck.ts";
import { threeRuns } from "../../support/threeRuns.ts";

const list = suite("fluxion list");
const here = threeRuns();

const lines = async (...args: readonly string[]): Promise<string[]> => {
  const { code, stdout, stderr } = await fluxion(["list", ...args], here);
  assert.is(code, 0, stderr);
  return stdout.split("\n").slice(0, -1);
};

list("shows experiments with their verdicts, and runs that belong to none", async () => {
  const [heading, first, second, ...more] = await lines("runs");
  assert.match(heading!, /^directory +experiment +seed +state +verdict +runs +began \(UTC\)$/);
  assert.match(first!, /^runs\/pair one +pair +7 +finished +1 critical point, 1 stagnated +2 +2026-01-01 00:00$/);
  assert.match(second!, /^runs\/alone +completed +converged/);
  assert.equal(more, []);
  assert.match((await lines()).join("\n"), /^experiment +what it does[\s\S]*\n\ndirectory +experiment/);
});

list("sorts, filters and limits runs by options and by what was found", async () => {
  const names = async (...args: readonly string[]): Promise<unknown[]> =>
    (await lines("--runs", "--format", "jsonl", "--columns", "directory", ...args)).map(
      (line) => JSON.parse(line).directory,
    );
  assert.equal(await names("--sort", "loss"), ["runs/pair one/a", "runs/pair one/b", "runs/alone"]);
  assert.equal(await names("--sort", "index", "--reverse"), ["runs/pair one/b", "runs/pair one/a", "runs/alone"]);
  assert.equal(await names("--sort", "steps", "--limit", "1"), ["runs/pair one/a"]);
  assert.equal(await names("--filter", "verdict=critical point"), ["runs/pair one/a"]);
  assert.equal(await names("--filter", "noise = high", "--filter", "index>3"), ["runs/pair one/b"]);
  assert.equal(await names("--filter", "attempts>=2"), ["runs/alone"]);
  assert.equal(await lines("--runs", "--format", "csv", "--columns", "loss,seed", "--filter", "loss<0.3"), [
    "loss,seed",
    "0.2,7",
  ]);
});

list("names a directory that is missing or a file, and says what it does not understand", async () => {
  for (const [args, says] of [
    [["nowhere"], /list: nowhere: there is no such directory/],
    [["runs/pair one/experiment.json"], /is a file, not a directory/],
    [["--sort", "los"], /--sort: there is no column "los"\. Did you mean "loss"\? Columns: directory, /],
    [["--runs", "--sort", "los"], /Did you mean "loss"\?/],
    [["--filter", "loss"], /--filter: expected a column, one of/],
    [["--limit", "0"], /--limit: expected a whole number from 1, got "0"/],
  ] as const) {
    const { code, stdout, stderr } = await fluxion(["list", ...args], here);
    assert.is(code, 2, args.join(" "));
    assert.match(stderr, says);
    assert.is(stdout, "");
  }
});

list("damage hides nothing else, and links, names of runs and control characters lead nowhere", () => {
  const other = threeRuns();
  const runs = join(other, "runs");
  mkdirSync(join(runs, "broken"));
  writeFileSync(join(runs, "broken/experiment.json"), '{"name": "\u001b[2J"');
  mkdirSync(join(runs, "leads"));
  symlinkSync(join(runs, "alone/run.json"), join(runs, "leads/run.json"));
  mkdirSync(join(runs, "odd"));
  const odd = { format: 2, name: "odd", runs: ["../alone", 3], findings: [], options: {}, began: "2026-01-02" };
  writeFileSync(join(runs, "odd/experiment.json"), JSON.stringify(odd));
  const found = entriesIn(runs, true).map(({ directory, state }) => [String(directory).slice(runs.length + 1), state]);
  assert.equal(found.sort(), [
    ["alone", "completed"],
    ["broken", "unknown: experiment.json is damaged"],
    ["pair one/a", "completed"],
    ["pair one/b", "completed"],
  ]);
});

list("an order by any column is one: numbers, then texts, then nothing, and reversed but for nothing", () => {
  const cell = fc.oneof(fc.double(), fc.string({ maxLength: 3 }), fc.constant(undefined));
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 20 }), (cells) => {
      const entries = cells.map((x) => ({ x }));
      const empty = (x: unknown): boolean => x === undefined || Number.isNaN(x);
      const up = sorted(entries, "x", false).map(({ x }) => x);
      const down = sorted(entries, "x", true).map(({ x }) => x);
      const full = up.filter((x) => !empty(x));
      assert.is(up.length, cells.length);
      assert.ok(up.slice(full.length).every(empty) && down.slice(full.length).every(empty));
      for (const [i, x] of full.entries()) {
        if (i > 0 && typeof x === typeof full[i - 1]) assert.ok(full[i - 1]! <= x!);
      }
      assert.equal(down.slice(0, full.length).map(String).sort(), full.map(String).sort());
    }),
  );
});

list("conditions compare numbers as numbers and tags one by one", () => {
  const holds = (text: string, entry: Record<string, string | number | undefined>): boolean =>
    conditionOf(text).holds(entry);
  assert.ok(holds("x<10", { x: 9 }));
  assert.not(holds("x<10", { x: Number.NaN }));
  assert.ok(holds("x!=10", { x: Number.NaN }));
  assert.ok(holds("|F|^2 <= 1e-20", { "|F|^2": 1e-21 }));
  assert.not(holds("x=1", {}));
  assert.ok(holds("x!=1", {}));
  assert.ok(holds("tags=good", { tags: "paper good" }));
  assert.not(holds("tags=goo", { tags: "paper good" }));
  assert.ok(holds("tags~goo", { tags: "paper good" }));
  assert.not(holds("tags!=good", { tags: "paper good" }));
  assert.ok(holds("name ~ NOISE", { name: "much noise" }));
  assertError(() => conditionOf("=3"), "ERR_COMMAND_LINE", /expected a column/);
});

list.run();
