/** What is left of a run after `kill -9`, and what becomes of it when it is resumed. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRunFile, runState } from "../../src/arrow/runFile.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { randomSource } from "../../src/random.ts";
import { replay } from "../../src/streams/replay.ts";
import { valuesOf } from "../support/collect.ts";
import { makeRow } from "../support/rows.ts";
import { assertSameRows, timeless } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";
import { batchOf, game, gameSteps, wideSteps } from "./killable.ts";

interface Killed {
  /** The last step that the run said it had written. */
  readonly written: number;
  /** False if it was over before. */
  readonly killed: boolean;
}

/** Starts a run and kills it some milliseconds after its first batch. */
function runAndKill(kind: "game" | "wide", directory: string, milliseconds: number): Promise<Killed> {
  const program = fileURLToPath(new URL("killable.ts", import.meta.url));
  const args = ["--conditions=fluxion-source", "--import", "tsx", program, kind, directory];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
    timer ??= setTimeout(() => child.kill("SIGKILL"), milliseconds);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (signal !== "SIGKILL" && code !== 0) reject(new Error(`the run ended with code ${code}`));
      const written = Number(output.trim().split("\n").at(-1));
      resolve({ written, killed: signal === "SIGKILL" });
    });
  });
}

const random = randomSource(Date.now(), "kill");

const killed = suite("a run that is killed");

killed("leaves every batch that was written, wherever in a write it was killed", async () => {
  let kills = 0;
  let torn = 0;
  for (let time = 0; time < 4; time++) {
    const directory = scratchPath();
    const outcome = await runAndKill("wide", directory, 150 * random.uniform());
    const reader = new RunReader(readFileSync(join(directory, "iterates-0001.arrows")));
    const rows = [...reader];
    assert.is(runState(readRunFile(directory)), outcome.killed ? "killed" : "completed");
    // It may have been killed between a write and saying so.
    const written = outcome.written + 1;
    assert.ok(
      rows.length === written || rows.length === written + batchOf.wide,
      `${rows.length} rows, ${written} were written`,
    );
    for (const [step, row] of rows.entries()) {
      const expected = makeRow(row.run, step, { point: new Float64Array(10_000).fill(step) });
      assertSameRows([row], [expected]);
    }
    if (outcome.killed) {
      kills++;
      assert.ok(rows.length < wideSteps);
      if (reader.end?.end === "torn") torn++;
    }
  }
  assert.ok(kills >= 2, `killed ${kills} times`);
  console.log(`${kills} runs killed, ${torn} of them within a write`);
});

killed("goes on, killed again and again, to the rows of a run that was never interrupted, bit for bit", async () => {
  const expected = timeless(await valuesOf(game()));
  assert.is(expected.length, gameSteps + 1);
  const directory = scratchPath();
  let kills = 0;
  for (let time = 0; time < 3; time++) {
    const outcome = await runAndKill("game", directory, 20 + 120 * random.uniform());
    if (outcome.killed) kills++;
    const rows = timeless(await valuesOf(replay(directory)));
    assert.ok(rows.length > outcome.written, `${rows.length} rows, step ${outcome.written} was written`);
    assertSameRows(rows, expected.slice(0, rows.length), `after kill ${time + 1}`);
  }
  assert.ok(kills >= 2, `killed ${kills} times`);
  await runAndKill("game", directory, 600_000);
  const all = await valuesOf(replay(directory));
  assertSameRows(timeless(all), expected);
  const file = readRunFile(directory);
  assert.is(runState(file), "completed");
  assert.is(file.attempts.at(-1)?.ended?.status, "stopped");
  assert.ok(file.attempts.length >= 2);
  // Each attempt's own rows are right too, from its checkpoint to where it was killed.
  const attempts = await valuesOf(replay(directory, { attempts: "all" }));
  for (const row of timeless(attempts)) assertSameRows([row], [expected[row.step]!]);
});
killed.run();
