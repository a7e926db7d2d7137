import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waiting } from "../../../src/cli/output/waiting.ts";

const waits = suite("waiting");

/** What is written to a stream while a count goes on, which takes so many milliseconds for each. */
function written(isTTY: boolean, each: number, of: number | undefined): string {
  let text = "";
  let now = 0;
  const stream = { isTTY, columns: 80, write: (part: string) => (text += part) };
  const reading = waiting({ verb: "reading", what: "runs" }, of, stream, () => now);
  for (let done = 0; done < 100; done++) {
    reading.at(done);
    now += each;
  }
  reading.end();
  return text;
}

waits("says nothing of what is done within two seconds", () => {
  for (const isTTY of [true, false]) assert.is(written(isTTY, 20, 100), "");
});

waits("says how much is done and how much time is left, on a line that goes away", () => {
  const text = written(true, 50, 100);
  assert.match(text, "reading 40 of 100 runs, 3 s left");
  assert.ok(text.endsWith("\r\x1b[K"), JSON.stringify(text));
});

waits("says it in a plain line where lines cannot change", () => {
  assert.is(written(false, 50, 100), "reading 40 of 100 runs, 3 s left\n");
});

waits("says how long it has taken where the end is not known", () => {
  assert.match(written(true, 50, undefined), "reading runs: 2 s");
});

waits.run();
