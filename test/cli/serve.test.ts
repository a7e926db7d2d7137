import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { accessOf, wishOf } from "../../src/cli/serving.ts";
import { assertError } from "../support/assert.ts";
import { scratchDirectory, startFluxion } from "../support/command.ts";
import { recordedRun } from "../support/recordedRun.ts";
import { scratchPath } from "../support/scratch.ts";

const slowExperiment = fileURLToPath(new URL("../support/slowExperiment.ts", import.meta.url));
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const serve = suite("fluxion serve");

serve("shows a run from its directory, with a secret from a file, and prints an address for readers", async () => {
  const secrets = scratchPath("token");
  writeFileSync(secrets, "the-first-secret\nthe-second-secret\n");
  chmodSync(secrets, 0o600);
  const started = startFluxion(["serve", recordedRun(20), "--token-file", secrets]);
  const [, address] = await started.says(/for reading only: (\S+)\n/);
  const url = new URL(address!);
  assert.is(url.searchParams.get("token"), "the-second-secret");
  const { runs } = (await (await fetch(new URL(`/runs${url.search}`, url))).json()) as { runs: { lastStep: number }[] };
  assert.is(runs.length, 1);
  started.process.kill("SIGINT");
  const { code, stdout, stderr } = await started.ended;
  assert.is(code, 0, stderr);
  assert.match(stdout, /1 run: http:\S+token=the-first-secret\n/);
  assert.not.match(stderr, /other users can read/);
});

serve("ends at Ctrl-C while figures are drawn", async () => {
  const directory = recordedRun(30_000);
  const open = async () => {
    const started = startFluxion(["serve", directory]);
    const [, address] = await started.says(/1 run: (\S+)\n/);
    const url = new URL(address!);
    return { started, figures: fetch(new URL(`/figures${url.search}`, url)) };
  };
  const whole = await open();
  const began = performance.now();
  assert.is((await whole.figures).status, 200);
  const drawing = performance.now() - began;
  const idle = performance.now();
  whole.started.process.kill("SIGINT");
  await whole.started.ended;
  const endingIdle = performance.now() - idle;
  const cut = await open();
  cut.figures.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, drawing / 4));
  const interrupted = performance.now();
  cut.started.process.kill("SIGINT");
  assert.is((await cut.started.ended).code, 0);
  const ending = performance.now() - interrupted;
  const all = { ending, endingIdle, drawing };
  assert.ok(ending < endingIdle + drawing / 2, JSON.stringify(all));
});

serve("shows the rows of a run that another process writes, and says when that process is gone", async () => {
  const here = scratchDirectory();
  const out = join(here, "a run");
  const flags = ["--steps", "100000", "--milliseconds", "3", "--no-serve", "--out", out];
  const writer = startFluxion(["run", slowExperiment, ...flags], here);
  for (let k = 0; k < 600 && !existsSync(join(out, "first", "run.json")); k++) await pause(100);
  const started = startFluxion(["serve", out]);
  const [, address] = await started.says(/1 run: (\S+)\n/);
  const url = new URL(address!);
  interface Shown {
    readonly lastStep?: number;
    readonly live: boolean;
    readonly ending?: { readonly message?: string };
  }
  const shown = async (is: (run: Shown) => boolean): Promise<Shown> => {
    for (let k = 0; ; k++) {
      const { runs } = (await (await fetch(new URL(`/runs${url.search}`, url))).json()) as { runs: Shown[] };
      if ((runs[0] !== undefined && is(runs[0])) || k === 600) return runs[0]!;
      await pause(100);
    }
  };
  const first = await shown((run) => run.lastStep !== undefined);
  assert.ok(first.live);
  const later = await shown((run) => run.lastStep! > first.lastStep!);
  assert.ok(later.lastStep! > first.lastStep!, "no further rows came");
  writer.process.kill("SIGKILL");
  await writer.ended;
  await started.says(/first no longer writes: its process is gone without an ending/);
  const gone = await shown((run) => !run.live);
  assert.match(gone.ending?.message ?? "", /^no longer writes: its process is gone/);
  started.process.kill("SIGINT");
  assert.is((await started.ended).code, 0);
});

serve.run();

const secrets = suite("secrets of the page");

secrets("come from --token, else from --token-file, else from the environment", () => {
  const path = scratchPath("token");
  writeFileSync(path, "from-a-file\r\n");
  process.env.FLUXION_TOKEN = "from-the-environment";
  process.env.FLUXION_READ_TOKEN = "for-reading-only";
  try {
    assert.equal(accessOf({ token: "from-a-flag" }), { token: "from-a-flag" });
    assert.equal(accessOf({ tokenFile: path }), { token: "from-a-file" });
    assert.equal(accessOf({}), { token: "from-the-environment", readToken: "for-reading-only" });
    assert.equal(wishOf({ port: 1 } as object), {
      open: false,
      token: "from-the-environment",
      readToken: "for-reading-only",
    });
  } finally {
    delete process.env.FLUXION_TOKEN;
    delete process.env.FLUXION_READ_TOKEN;
  }
  assert.equal(accessOf({}), {});
});

secrets("are refused twice, empty, and from a file that is not there", () => {
  assertError(() => accessOf({ token: "a", tokenFile: "b" }), "ERR_COMMAND_LINE", /expected one of/);
  assertError(() => accessOf({ tokenFile: "/does/not/exist" }), "ERR_READ", /there is no such file/);
  const path = scratchPath("token");
  writeFileSync(path, "\nsecond");
  assertError(() => accessOf({ tokenFile: path }), "ERR_COMMAND_LINE", /expected a secret in the first line/);
});

secrets.run();
