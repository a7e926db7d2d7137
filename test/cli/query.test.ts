/** `fluxion query`: questions in SQL, by a DuckDB that can do nothing else. */
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";
import { threeRuns } from "../support/threeRuns.ts";

const query = suite("fluxion query");
const here = threeRuns();
const ask = async (sql: string, ...flags: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await fluxion(["query", sql, "runs", ...flags], here);
  assert.is(code, 0, stderr);
  return stdout;
};

query("answers over runs, iterates and ends", async () => {
  assert.is(
    await ask(
      "select verdict, count(*) n, min(loss) from runs where experiment = 'pair' group by all order by 1",
      "--format",
      "csv",
    ),
    "verdict,n,min(loss)\ncritical point,1,0.2\nstagnated,1,0.3333333333333333\n",
  );
  assert.match(
    await ask("select run, count(*) from iterates group by 1 order by 1"),
    /alone +6\npair one\/a +5\npair one\/b +9\n/,
  );
  const joined = await ask(
    "select r.seed, e.step, e.value from ENDS e join runs r using (directory) where r.experiment = 'pair' order by 2",
    "--format",
    "jsonl",
  );
  assert.is(joined, '{"seed":7,"step":4,"value":0.2}\n{"seed":7,"step":8,"value":0.3333333333333333}\n');
  assert.match(await ask("select len(point) from iterates limit 1"), /\d\n$/);
});

query("takes one SELECT and nothing else, and DuckDB sees no other file", async () => {
  const target = join(scratchDirectory(), "stolen.csv");
  for (const [sql, says] of [
    ["drop view runs", /expected a SELECT/],
    ["select 1; select 2", /expected one statement, got 2/],
    ["", /expected one statement, got none/],
    [`copy (select 1) to '${target}'`, /expected a SELECT|disabled by configuration/],
    ["select * from read_csv('/etc/passwd')", /disabled by configuration/],
    ["select * from '/etc/passwd'", /query: /],
    ["install httpfs", /expected a SELECT/],
    ["set enable_external_access = true", /expected a SELECT|locked/],
    ["select los from runs", /query: Binder Error: .*los/],
  ] as const) {
    const { code, stderr } = await fluxion(["query", sql, "runs"], here);
    assert.is(code, 2, sql);
    assert.match(stderr, says, sql);
  }
  assert.not(existsSync(target));
});

query("leaves no files behind", async () => {
  const own = scratchDirectory();
  assert.is((await startFluxion(["query", "select * from iterates", "runs"], here, { TMPDIR: own }).ended).code, 0);
  assert.equal(
    readdirSync(own).filter((name) => name.startsWith("fluxion-query-")),
    [],
  );
  assert.ok(tmpdir() !== own);
});

query("says how to install DuckDB where it is missing", async () => {
  const hook = `export async function resolve(name,context,next){if(name==="@duckdb/node-api")throw Object.assign(new Error("no"),{code:"ERR_MODULE_NOT_FOUND"});return next(name,context)}`;
  const register = `import{register}from"node:module";register("data:text/javascript,${encodeURIComponent(hook)}")`;
  const options = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(register)}` };
  const { code, stderr } = await startFluxion(["query", "select 1"], here, options).ended;
  assert.is(code, 2);
  assert.match(stderr, /npm install @duckdb\/node-api/);
});

query.run();
