/** Rules, events, whom they are told to, and exit codes, on the command line. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";
import { hookServer } from "../support/hookServer.ts";

const slow = fileURLToPath(new URL("../support/slowExperiment.ts", import.meta.url));

/** A directory with a space in its name, and a script there that appends what it reads to `told`, then ends with a code. */
function place(): { readonly here: string; readonly tell: (code?: number) => string; readonly told: () => Told[] } {
  const here = scratchDirectory();
  return {
    here,
    tell(code = 0) {
      const path = join(here, `tell ${code}.sh`);
      writeFileSync(path, `#!/bin/sh\ncat >> '${here}/told${code}'\nexit ${code}\n`);
      chmodSync(path, 0o755);
      return `'${path}'`;
    },
    told: () =>
      existsSync(join(here, "told0"))
        ? readFileSync(join(here, "told0"), "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Told)
        : [],
  };
}
interface Told {
  readonly id: string;
  readonly event: string;
  readonly step?: number;
}
/** All texts of a directory. */
function filesOf(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

const diverging = ["run", "bilinear", "--method", "gda", "--step-size", "1", "--iterations", "3000", "--no-serve"];
const alerts = suite("alerts on the command line");

alerts(
  "a run that diverges has exit code 3 and tells of it; replays find the same events and tell nobody unasked",
  async () => {
    const { here, tell, told } = place();
    const out = join(here, "run 1");
    const live = await fluxion([...diverging, "--alert", "divergence", "--on-event", tell(), "--out", out], here);
    assert.is(live.code, 3, live.stderr);
    assert.match(live.stderr, /event: gda: divergence at step 27 /);
    const [first, last] = told();
    assert.match(first!.id, /\/gda\/divergence\/27$/);
    assert.is(last!.event, "ended");
    assert.not.match(filesOf(out), /tell 0\.sh/);
    const replayed = await fluxion(["replay", out, "--events"], here);
    assert.is(replayed.code, 0, replayed.stderr);
    assert.match(replayed.stdout, /^gda: divergence at step 27 .*\n$/);
    assert.is(told().length, 2, "a replay told somebody");
    const asked = await fluxion(["replay", out, "--events", "--on-event", tell()], here);
    assert.is(asked.code, 0, asked.stderr);
    assert.equal(
      told().map(({ id }) => id),
      [first!.id, last!.id, first!.id],
    );
  },
);

alerts("--fail-on chooses what has an exit code; a run of no concern has 0", async () => {
  const here = scratchDirectory();
  const codeOf = async (...args: readonly string[]): Promise<number | null> => (await fluxion(args, here)).code;
  assert.is(await codeOf(...diverging, "--fail-on", "none"), 0);
  const caught = ["run", "quartic", "--start", "2.5,0.5", "--no-serve"];
  assert.is(await codeOf(...caught), 0);
  assert.is(await codeOf(...caught, "--fail-on", "stagnated,flat"), 6);
  const bad = await fluxion([...caught, "--fail-on", "flta"], here);
  assert.is(bad.code, 2);
  assert.match(bad.stderr, /got "flta"\. Did you mean "flat"/);
});

alerts("a resumed run tells of the event that was not told, once, under the same id", async () => {
  const { here, tell, told } = place();
  const out = join(here, "out");
  const rules = ["--alert", "early:step>=5,late:step>=40"];
  const args = ["run", slow, "--steps", "60", "--milliseconds", "40", "--no-serve", "--out", out, ...rules];
  // The command fails, so that nothing is told.
  const started = startFluxion([...args, "--on-event", tell(9)], here);
  await started.says(/event: first: early at step 5 /);
  // Batches are written every second, and checkpoints more often.
  await started.says(/not told of .*first\/early\/5/);
  started.process.kill("SIGINT");
  assert.is((await started.ended).code, 130);
  const resumed = await fluxion(["resume", out, slow, "--trust", "--no-serve", "--on-event", tell()], here);
  assert.is(resumed.code, 0, resumed.stderr);
  const ids = told()
    .filter(({ event }) => event !== "ended")
    .map(({ id }) => id.split("/").slice(1).join("/"));
  assert.equal(ids, ["first/early/5", "first/late/40", "second/early/5", "second/late/40"]);
  const stored = await fluxion(["replay", out, "--events"], here);
  assert.is(stored.stdout.trim().split("\n").length, 4, stored.stdout);
});

alerts("a directory cannot name a command, a webhook, or a rule that is code", async () => {
  const { here, tell, told } = place();
  const out = join(here, "out");
  const made = await fluxion([...diverging, "--alert", "divergence", "--out", out], here);
  assert.is(made.code, 3, made.stderr);
  const path = join(out, "experiment.json");
  const { checksum: _, ...file } = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...file, onEvent: tell(), command: tell(), webhook: "http://127.0.0.1:9/" }));
  const replayed = await fluxion(["replay", out, "--events"], here);
  assert.is(replayed.code, 0, replayed.stderr);
  assert.equal(told(), []);
  const evil = { ...file, state: "stopped", rules: "x:process.exit(5)<1),divergence" };
  writeFileSync(path, JSON.stringify(evil));
  const resumed = await fluxion(["resume", out, "--no-serve"], here);
  assert.is(resumed.code, 2, resumed.stdout);
  assert.match(resumed.stderr, /--alert: expected/);
});

alerts(
  "a webhook that hangs leaves every row in its place; its secret stands nowhere, and the event is told later",
  async () => {
    const here = scratchDirectory();
    const out = join(here, "out");
    const hanging = await hookServer(() => {});
    const secret = join(here, "url");
    writeFileSync(secret, `${hanging.url}\n`, { mode: 0o600 });
    const args = [...diverging, "--alert", "divergence", "--webhook-file", secret, "--out", out];
    const { code, stdout, stderr } = await fluxion(args, here);
    hanging.close();
    assert.is(code, 3, stderr);
    assert.match(stderr, /waiting up to 15 s/);
    assert.match(stderr, /events were not told/);
    assert.ok(hanging.bodies.length >= 1);
    assert.not.match(`${stdout}${stderr}${filesOf(out)}`, /secret-part/);
    const server = await hookServer((response) => response.end());
    const later = await fluxion(["replay", out, "--events", "--webhook", server.url], here);
    server.close();
    assert.is(later.code, 0, later.stderr);
    assert.equal(
      server.bodies.map(({ id }) => id),
      [hanging.bodies[0]!.id],
    );
  },
);

alerts("hostile values are refused before a directory is made", async () => {
  const here = scratchDirectory();
  for (const [flags, message] of [
    [["--alert", "value<1;rm -rf /"], /expected a rule, or a condition/],
    [["--on-event", "./missing; true"], /cannot run "\.\/missing;"/],
    [["--webhook", "file:///etc/passwd"], /https:\/\//],
    [["--webhook", "http://x/", "--webhook-file", "y"], /got both/],
  ] as const) {
    const { code, stderr } = await fluxion(["run", "bilinear", "--no-serve", "--iterations", "3", ...flags], here);
    assert.is(code, 2, flags.join(" "));
    assert.match(stderr, message);
  }
  assert.equal(readdirSync(here), []);
});

alerts.run();
