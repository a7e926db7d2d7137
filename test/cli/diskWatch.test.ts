/** Warnings before a disk or a budget is full. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { watchDisk } from "../../src/cli/diskWatch.ts";
import { bytesOf } from "../../src/cli/options/keepingOptions.ts";
import { assertError } from "../support/assert.ts";

const disk = suite("watchDisk");

function watched(budget: number | undefined, free: () => number | undefined, overhead = 1) {
  const said: string[] = [];
  let [time, size, full] = [0, 0, 0];
  const wrote = watchDisk({
    directory: "d",
    budget,
    warn: (line) => said.push(line),
    full: () => full++,
    free,
    size: () => size,
    now: () => time,
  });
  return {
    said,
    full: () => full,
    /** Writes for a number of seconds. */
    write(bytes: number, seconds: number): void {
      for (let k = 0; k < seconds; k++) {
        time += 1000;
        size += overhead * bytes;
        wrote(bytes);
      }
    },
  };
}

disk("warns once at 80 % of the budget, stops once at its end, and counts what other files take", () => {
  for (const scale of [1, 1e6]) {
    const plain = watched(100 * scale, () => undefined);
    plain.write(scale, 79);
    assert.equal([plain.said.length, plain.full()], [0, 0]);
    plain.write(scale, 19);
    assert.equal([plain.said.length, plain.full()], [1, 0]);
    plain.write(scale, 30);
    assert.equal([plain.said.length, plain.full()], [2, 1]);
    const double = watched(100 * scale, () => undefined, 2);
    double.write(scale, 52);
    assert.is(double.full(), 1);
  }
});

disk("warns when little is left, again only when half as much is left, and never on a large disk", () => {
  let left = 1e12;
  const { said, write } = watched(undefined, () => left);
  write(1e3, 100);
  assert.is(said.length, 0);
  left = 9e8;
  write(1e3, 100);
  assert.is(said.length, 1);
  assert.match(said[0]!, /the disk has 900 MB left/);
  left = 5e8;
  write(1e3, 100);
  assert.is(said.length, 1);
  left = 4e8;
  write(1e3, 100);
  assert.is(said.length, 2);
});

disk("warns of a disk that is full soon at this rate, however large it is", () => {
  const { said, write } = watched(undefined, () => 1e11);
  write(1e9, 3);
  assert.is(said.length, 1);
  assert.match(said[0]!, /at this rate it is full in \d+ min/);
});

disk("reads sizes, and says what it does not understand", () => {
  assert.equal(["500MB", "2 GB", "1e9", "1.5kb", "7"].map(bytesOf), [5e8, 2e9, 1e9, 1500, 7]);
  for (const text of ["", "many", "-1GB", "0", "1e999", "5 PB", "1GBs"]) {
    assertError(() => bytesOf(text), "ERR_COMMAND_LINE", /--max-disk: expected a size/);
  }
});

disk.run();
