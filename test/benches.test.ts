/** Every bench still runs: it prints a row of figures, or comes to its end. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../", import.meta.url));
const all = readdirSync(`${root}bench`).filter((file) => file.endsWith(".ts") && file !== "run.ts");
/** Those that show their first figures soon; all of them take minutes. */
const soon = ["certificates.ts", "flatVerdict.ts", "small.ts"];
const isFull = process.env.FLUXION_TEST_FULL === "1";
/** Milliseconds after which a bench that prints nothing hangs. */
const patience = 300_000;
/** Benches that run at once. Their figures mean nothing then, but that is not what is tested. */
const together = 3;

const test = suite("benches");

/** Lines that bring figures: rows of a table, or words with a number that is no version and no size of the question. */
const isRow = (line: string): boolean => /^\|.*\d/.test(line) || /^[a-z].*\s\d+(\.\d+)?( |$)/i.test(line);

/** Runs a bench until it has printed a row. Returns the reason why it ended before, if it did, and what it said. */
function firstRow(file: string): Promise<{ readonly failure?: string }> {
  return new Promise((resolve) => {
    // A group of its own, so that the processes that it starts end with it.
    const bench = spawn(
      process.execPath,
      ["--conditions=fluxion-source", "--expose-gc", "--import", "tsx", `bench/${file}`],
      {
        cwd: root,
        detached: true,
      },
    );
    let [said, complained] = ["", ""];
    let ended = false;
    const end = (failure?: string): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      if (bench.exitCode === null && bench.signalCode === null) process.kill(-bench.pid!, "SIGKILL");
      resolve(failure === undefined ? {} : { failure });
    };
    const timer = setTimeout(() => end(`printed nothing in ${patience / 1000} s`), patience);
    bench.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.split("\n").slice(0, -1).some(isRow)) end();
    });
    bench.stderr.setEncoding("utf8").on("data", (text: string) => {
      complained += text;
    });
    bench.on("exit", (code, signal) => {
      if (code === 0) end();
      else end(`ended with ${code ?? signal}: ${complained.slice(-1000)}`);
    });
  });
}

const chosen = isFull ? all : soon;
for (let i = 0; i < chosen.length; i += together) {
  const some = chosen.slice(i, i + together);
  test(`${some.join(", ")} print figures`, async () => {
    const found = await Promise.all(some.map(firstRow));
    const failures = found.flatMap(({ failure }, k) => (failure === undefined ? [] : [`${some[k]} ${failure}`]));
    assert.equal(failures, []);
  });
}

test.run();
