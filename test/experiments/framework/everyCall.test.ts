/**
 * An experiment with two runs of its own, one made by plain `iterate`, and a campaign, stopped after each system call
 * that changes a file: what is left is resumed to the same rows, nothing is removed, and every reader has an answer.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { concat, lastValueFrom, type Observable, Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { readRunFile } from "../../../src/arrow/runFile.ts";
import { RunReader } from "../../../src/arrow/runReader.ts";
import {
  claimDirectory,
  experimentState,
  experimentsIn,
  newExperiment,
  readExperiment,
  resumedExperiment,
  writeExperiment,
} from "../../../src/cli/experimentFile.ts";
import { type FoundRun, runsIn } from "../../../src/cli/runDirectories.ts";
import { isFluxionError } from "../../../src/errors.ts";
import { experimentContext } from "../../../src/experiments/framework/context.ts";
import type { ExperimentContext } from "../../../src/experiments/framework/definition.ts";
import { directoryStore } from "../../../src/experiments/framework/directoryStore.ts";
import { leading } from "../../../src/experiments/threads/campaigns.ts";
import { recordedRun } from "../../../src/figures/figure.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { createViewerServer } from "../../../src/server/createViewerServer.ts";
import type { ViewerServer } from "../../../src/server/viewerServer.ts";
import { takeLease } from "../../../src/sinks/lease.ts";
import { chain } from "../../../src/streams/chain.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { replay } from "../../../src/streams/replay.ts";
import { valuesOf } from "../../support/collect.ts";
import { type Fate, withFate } from "../../support/disk.ts";
import { assertSameRows } from "../../support/sameRows.ts";
import { scratchPath } from "../../support/scratch.ts";

const names = ["kept", "plain", "search-0", "search-1"];

function experiment(context: ExperimentContext): Observable<Row> {
  const update = (steps: number) => chain(untilStep(steps), momentum({ decay: -0.3 }), gradientStep(0.01));
  const run = (name: string, steps: number): Observable<Row> =>
    context.iterate(bilinear(), [1, -0.5], update(steps), { name, checkpointSeconds: 1e-9 });
  return concat(
    run("kept", 3),
    iterate(bilinear(), [0.5, 2], update(2), { name: "plain" }),
    context.campaign(2, (index) => run(`search-${index}`, 1 + index)),
  );
}

/** What `fluxion run` and `fluxion resume` do, in this thread. */
async function session(directory: string): Promise<void> {
  const resume = existsSync(join(directory, "experiment.json"));
  const { lease } = resume ? { lease: takeLease("resume", directory) } : claimDirectory("mine", directory);
  try {
    const about = { name: "mine", source: { module: "built-in", hash: "1" }, options: {}, seed: 1 };
    const file = resume ? resumedExperiment(readExperiment(directory)) : newExperiment(about);
    writeExperiment(directory, file, lease);
    const { campaign } = leading(
      { options: {}, seed: 1, directory, resume, workers: 1, lease },
      new Subject<never>(),
      () => {},
    );
    const store = directoryStore({ directory, resume: () => resume, lease });
    const context = experimentContext({ seed: 1, signal: new AbortController().signal, store, campaign });
    await lastValueFrom(context.complete(experiment(context)), { defaultValue: undefined });
    writeExperiment(directory, { ...file, state: "finished", runs: names }, lease);
  } finally {
    lease.release();
  }
}

const timeless = (rows: Iterable<Row>): Row[] =>
  [...rows].map((row) => ({ ...row, seconds: 0, run: { ...row.run, attempt: 0 } }));

async function rowsIn(path: string): Promise<Row[]> {
  try {
    return timeless(await valuesOf(replay(path)));
  } catch (error) {
    assert.ok(isFluxionError(error), `replay: ${String(error)}`);
    return [];
  }
}

/** Content of all files with rows, by path. */
function contents(directory: string): ReadonlyMap<string, Buffer> {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const rows = files.filter((file) => /iterates-\d+\.arrows$/.test(file));
  return new Map(rows.map((file) => [file, readFileSync(join(directory, file))]));
}

const answered = (what: string, read: () => unknown): void => {
  try {
    read();
  } catch (error) {
    assert.ok(isFluxionError(error), `${what}: ${String(error)}`);
  }
};

/** Fetches rows. The server is a process of its own, so the request may come there before the run does. */
async function answer(url: string): Promise<{ response: Response; bytes: Uint8Array; told: string }> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const told = response.ok ? "" : new TextDecoder().decode(bytes);
    if (tries >= 200 || !told.includes("there is nothing at this address")) return { response, bytes, told };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Whatever is there, `list`, `replay`, `serve` and `figure` read it, or say why they cannot. */
async function assertReadable(directory: string, what: string): Promise<void> {
  answered(`${what}: list`, () => experimentsIn(directory).map(readExperiment));
  answered(`${what}: state`, () => experimentsIn(directory).map((path) => experimentState(readExperiment(path))));
  const runs: FoundRun[] = [];
  answered(`${what}: runs`, () => runs.push(...runsIn(directory)));
  for (const run of runs) {
    const rows = await rowsIn(run.directory);
    const served: string[] = [];
    answered(`${what}: serve`, () => {
      const { columns, settings, attempts } = readRunFile(run.directory);
      const about = { name: `${run.name} ${what}`, attempt: attempts.at(-1)?.attempt ?? 1, columns, settings };
      served.push(server.hub.addFinished(about, run.directory, { status: "stopped" }));
    });
    for (const name of served) {
      const path = `/runs/${encodeURIComponent(name)}/rows?token=${server.token}`;
      const { response, bytes, told } = await answer(`http://127.0.0.1:${server.port}${path}`);
      assert.ok(response.ok || (response.status === 404 && rows.length === 0), `${path}: ${response.status} ${told}`);
      if (response.ok) assert.is([...new RunReader(bytes)].length, rows.length, path);
    }
    const figure: Row[] = [];
    try {
      figure.push(...timeless(await valuesOf(recordedRun(run.name, run.directory).rows)));
    } catch (error) {
      assert.ok(isFluxionError(error), `${what}: figure: ${String(error)}`);
    }
    assertSameRows(figure, rows, `${what}: rows of the figure of ${run.name}`);
  }
}

const whole = new Map<string, Row[]>();
{
  const directory = scratchPath();
  await session(directory);
  for (const name of names) whole.set(name, await rowsIn(join(directory, name)));
}

const every = suite("an experiment that is stopped after any system call");

let server: ViewerServer;
every.before(async () => {
  server = await createViewerServer({ port: 0 });
});
every.after(() => server.close());

every("has the rows that it should have", () => {
  assert.equal(
    names.map((name) => whole.get(name)?.length),
    [4, 3, 2, 3],
  );
});

/** Resumes what is left to its end, and checks that nothing is missing, changed or left behind. */
async function assertGoesOn(
  directory: string,
  what: string,
  before: ReadonlyMap<string, Buffer>,
  // What could not be removed is removed by the next process.
  leftover = /\.tmp$|\.part$|lease-/,
): Promise<void> {
  const over = existsSync(join(directory, "experiment.json")) && readExperiment(directory).state === "finished";
  if (!over) await session(directory);
  for (const name of names) assertSameRows(await rowsIn(join(directory, name)), whole.get(name)!, `${what}: ${name}`);
  for (const [file, content] of before) {
    const now = readFileSync(join(directory, file));
    assert.ok(now.subarray(0, content.length).equals(content), `${what}: ${file} was written over`);
  }
  assert.is((await rowsIn(join(directory, "iterates.arrows"))).length, 5, what);
  assert.is((await rowsIn(join(directory, "ends.arrows"))).length, 2, what);
  assert.is(readExperiment(directory).state, "finished");
  const found = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const strange = found.filter((name) => leftover.test(name));
  assert.equal(strange, [], `${what}: files left behind`);
}

every("is resumed to the same rows, bit for bit, with nothing removed", async () => {
  let calls = 0;
  for (let after = 1; ; after++) {
    const directory = scratchPath();
    const fate: Fate = { kind: "kill", after, torn: after % 2 === 1 };
    const { met } = await withFate(fate, () => session(directory));
    if (!met) break;
    calls++;
    if (!existsSync(directory)) mkdirSync(directory);
    const what = `stop after call ${after}`;
    if (after % 3 === 0) await assertReadable(directory, what);
    const before = contents(directory);
    const rows = new Map<string, Row[]>();
    for (const name of names) {
      const left = await rowsIn(join(directory, name));
      assertSameRows(left, whole.get(name)!.slice(0, left.length), `${what}: rows of ${name} that are left`);
      rows.set(name, left);
    }
    // A resume that is killed as well leaves no run further back.
    await withFate({ kind: "kill", after: 1 + ((after * 13) % 60) }, () => session(directory));
    for (const name of names) {
      const left = await rowsIn(join(directory, name));
      assert.ok(left.length >= rows.get(name)!.length, `${what}: ${name} is further back after a resume`);
    }
    await assertGoesOn(directory, what, before);
  }
  assert.ok(calls > 80, `${calls} calls`);
});

every("ends with a code, or goes on, where any call fails, and is resumed to the same rows", async () => {
  const codes = ["EIO", "ENOSPC", "EMFILE"] as const;
  let failures = 0;
  for (let call = 1; ; call++) {
    const directory = scratchPath();
    const code = codes[call % codes.length]!;
    const { met, error } = await withFate({ kind: "fail", call, code }, () => session(directory));
    if (!met) break;
    const what = `call ${call} fails with ${code}`;
    if (error !== undefined) {
      failures++;
      assert.ok(isFluxionError(error) && error.code === "ERR_WRITE", `${what}: ${String(error)}`);
    }
    if (!existsSync(directory)) mkdirSync(directory);
    if (call % 5 === 0) await assertReadable(directory, what);
    await assertGoesOn(directory, what, contents(directory), /\.part$/);
  }
  assert.ok(failures > 40, `${failures} failures`);
});

every.run();
