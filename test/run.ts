/**
 * Runs every test file as a process of its own and ends with `N passed, N failed`.
 *
 * uvu alone says success for a file that forgets `.run()` or whose hook throws; here a file that reports no test fails.
 *
 *     tsx test/run.ts [part of a path ...]      FLUXION_TEST_JOBS=2 processes at once
 *     FLUXION_TEST_NO_SKIP=1                     a printed "skipped:" line is a failure (CI)
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

interface Outcome {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
  readonly seconds: number;
}

/** Minutes after which a file hangs. Long forms compile for all platforms, or compute for a quarter of an hour. */
const mostMinutes = process.env.FLUXION_TEST_FULL === "1" ? 30 : 10;

function runFile(file: string): Promise<Outcome> {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--conditions=fluxion-source", "--import", "tsx", file], {
      env: { ...process.env, FORCE_COLOR: "0", TF_CPP_MIN_LOG_LEVEL: "2" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      output += String(chunk);
    });
    const limit = setTimeout(() => {
      output += `\nruns for more than ${mostMinutes} minutes: killed\n`;
      child.kill("SIGKILL");
    }, mostMinutes * 60_000);
    child.on("close", (code) => {
      clearTimeout(limit);
      const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0);
      const passed = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0);
      const skippedByUvu = Number(/Skipped:\s+(\d+)/.exec(output)?.[1] ?? 0);
      let failed = total - passed;
      if (total === 0) output += "\nno test ran: is .run() missing?\n";
      if (skippedByUvu > 0) output += "\nskipped by uvu: print one line `skipped: why` instead\n";
      const refusedSkip = process.env.FLUXION_TEST_NO_SKIP === "1" && /^skipped: /m.test(output);
      if (failed === 0 && (total === 0 || code !== 0 || skippedByUvu > 0 || refusedSkip)) failed = 1;
      resolve({ file, passed, failed, output, seconds: (performance.now() - began) / 1000 });
    });
  });
}

const wanted = process.argv.slice(2);
const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => `test/${file}`)
  .sort()
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(" ")}`);
  process.exit(2);
}

const queue = [...files];
const outcomes: Outcome[] = [];
async function worker(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const outcome = await runFile(file);
    outcomes.push(outcome);
    const verdict = outcome.failed === 0 ? "ok  " : "FAIL";
    console.log(`${verdict} ${file} (${outcome.passed} passed, ${outcome.seconds.toFixed(1)} s)`);
    if (outcome.failed > 0) console.log(outcome.output.trimEnd().replace(/^/gm, "     "));
    else for (const line of outcome.output.match(/^skipped: .*$/gm) ?? []) console.log(`     ${line}`);
  }
}
const jobs = Number(process.env.FLUXION_TEST_JOBS ?? Math.min(4, availableParallelism()));
await Promise.all(Array.from({ length: jobs }, worker));

const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
