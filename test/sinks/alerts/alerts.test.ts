/** Whom events are told to: a command, a webhook. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { when } from "../../../src/operators/rules/when.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { alertCommand, alertWebhook } from "../../../src/sinks/alerts/alerts.ts";
import { commandCourier } from "../../../src/sinks/alerts/commandCourier.ts";
import { makeCourier } from "../../../src/sinks/alerts/courier.ts";
import type { Notice } from "../../../src/sinks/alerts/notice.ts";
import { webhookCourier } from "../../../src/sinks/alerts/webhookCourier.ts";
import { chain } from "../../../src/streams/chain.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { assertError } from "../../support/assert.ts";
import { hookServer } from "../../support/hookServer.ts";
import { scratchPath } from "../../support/scratch.ts";

const notice = (k: number): Notice => ({ id: `run/when/${k}`, event: "when", text: `event ${k}`, time: "now" });
const minute = 60_000;

/** A script in a directory of its own whose name has a space; `$D` is that directory. */
function script(body: string): { readonly command: string; readonly directory: string } {
  const directory = scratchPath("a folder");
  mkdirSync(directory);
  const path = join(directory, "tell.sh");
  writeFileSync(path, `#!/bin/sh\nD='${directory}'\n${body}\n`);
  chmodSync(path, 0o755);
  return { command: `'${path}' first 'second word'`, directory };
}
const textOf = (directory: string, name: string): string =>
  existsSync(join(directory, name)) ? readFileSync(join(directory, name), "utf8") : "";

const commands = suite("alertCommand");

commands("gets each event as JSON on its standard input, one at a time, without fluxion's secrets", async () => {
  const { command, directory } = script(
    'echo "begin $1 $2 [$FLUXION_TOKEN]" >> "$D/log"; cat >> "$D/told"; sleep 0.1; echo end >> "$D/log"',
  );
  process.env.FLUXION_TOKEN = "a-secret-token";
  const lines: string[] = [];
  const courier = commandCourier("test", command, { most: 10, limit: 60, warn: (line) => lines.push(line) });
  for (let k = 0; k < 3; k++) courier.send(notice(k));
  assert.is(await courier.close(minute), 0, lines.join());
  delete process.env.FLUXION_TOKEN;
  const told = textOf(directory, "told").trim().split("\n");
  assert.equal(
    told.map((line) => JSON.parse(line)),
    [0, 1, 2].map(notice),
  );
  assert.is(textOf(directory, "log"), "begin first second word []\nend\n".repeat(3));
});

commands(
  "is ended with its children after the limit, and what it leaves behind does not hold up the next one",
  async () => {
    const { command, directory } = script('(sleep 5; echo late >> "$D/log") & sleep 600');
    const lines: string[] = [];
    const courier = commandCourier("test", command, { most: 10, limit: 0.3, warn: (line) => lines.push(line) });
    courier.send(notice(0));
    courier.send(notice(1));
    assert.is(await courier.close(minute), 2);
    assert.match(lines.join("\n"), /not told of run\/when\/0: the command took longer than 0\.3 s and was ended/);
    await new Promise((resolve) => setTimeout(resolve, 6000));
    assert.is(textOf(directory, "log"), "", "its child lives");
  },
);

commands("says how a command failed, with its last words, and does not run it again", async () => {
  const { command, directory } = script('echo x >> "$D/log"; echo "no disk" >&2; exit 7');
  const lines: string[] = [];
  const courier = commandCourier("test", command, { most: 10, limit: 60, warn: (line) => lines.push(line) });
  courier.send(notice(0));
  assert.is(await courier.close(minute), 1);
  assert.equal(lines, ["test: not told of run/when/0: the command ended with exit code 7: no disk"]);
  assert.is(textOf(directory, "log"), "x\n");
});

commands("stands in a pipe and passes rows on; a program that is not there is refused at once", async () => {
  const { command, directory } = script('cat >> "$D/told"');
  const update = chain(
    untilStep(30),
    when((row) => row.step === 20),
    gradientStep(0.01),
  );
  const last = await lastValueFrom(iterate(quartic(), [1, 2], update).pipe(alertCommand(command, { source: "here" })));
  assert.is(last.step, 30);
  for (let k = 0; k < 200 && textOf(directory, "told") === ""; k++) await new Promise((done) => setTimeout(done, 50));
  assert.is(JSON.parse(textOf(directory, "told")).id, "here/run/when/20");
  assertError(() => alertCommand("./not-there"), "ERR_OPTION_RANGE", /cannot run/);
});
commands.run();

const webhooks = suite("alertWebhook");
const options = { patience: 20_000, tries: 4, retryAfter: 1, most: 10 };

webhooks("is tried again after 500 and 429, and not after 404 or a redirect, which is not followed", async () => {
  const other = await hookServer((response) => response.end());
  const server = await hookServer((response, number) => {
    response.statusCode = [500, 429, 200, 404, 302, 200][number]!;
    if (number === 4) response.setHeader("location", other.url);
    response.end("an answer");
  });
  const [lines, told]: [string[], string[]] = [[], []];
  const spec = {
    ...options,
    warn: (line: string) => void lines.push(line),
    onDelivered: ({ id }: Notice) => void told.push(id),
  };
  const courier = webhookCourier("test", server.url, spec);
  for (let k = 0; k < 4; k++) courier.send(notice(k));
  assert.is(await courier.close(minute), 2);
  server.close();
  other.close();
  assert.equal(
    server.bodies.map(({ id }) => id),
    [0, 0, 0, 1, 2, 3].map((k) => `run/when/${k}`),
  );
  assert.equal(told, ["run/when/0", "run/when/3"]);
  assert.equal(other.bodies, []);
  assert.match(lines[0]!, /HTTP 404/);
  assert.match(lines[1]!, /redirects \(HTTP 302\), which is not followed/);
  assert.not.match(lines.join(), /secret-part/);
});

webhooks("a server that is not there is tried again, then reported without the URL's secret", async () => {
  const server = await hookServer((response) => response.end());
  server.close();
  const lines: string[] = [];
  const courier = webhookCourier("test", server.url, { ...options, tries: 2, warn: (line) => lines.push(line) });
  courier.send(notice(0));
  assert.is(await courier.close(minute), 1);
  assert.match(lines.join(), /not told of run\/when\/0: 127\.0\.0\.1:\d+: ECONNREFUSED/);
  assert.not.match(lines.join(), /secret-part/);
});

webhooks("the queue is bounded, and what is left out is counted", async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const lines: string[] = [];
  const courier = makeCourier({
    ...{ name: "test", tries: 1, retryAfter: 1, most: 5, warn: (line: string) => void lines.push(line) },
    deliver: async () => {
      await held;
      return { how: "delivered" };
    },
  });
  // One is under way and five wait.
  for (let k = 0; k < 20; k++) courier.send(notice(k));
  release();
  assert.is(await courier.close(minute), 14);
  assert.is(lines.length, 1);
  assert.match(lines[0]!, /5 events wait already/);
});

webhooks("refuses URLs that cannot be used, without showing them", () => {
  for (const bad of [
    "",
    "nonsense-secret",
    "file:///secret",
    "javascript:secret",
    "ftp://secret/x",
    "http://me:secret@h/",
  ]) {
    try {
      alertWebhook(bad);
      assert.unreachable(bad);
    } catch (error) {
      assert.is((error as { code?: string }).code, "ERR_OPTION_RANGE");
      assert.not.match((error as Error).message, /secret(?!;|,)\S/);
      assert.not.ok(bad !== "" && (error as Error).message.includes(bad));
    }
  }
  assertError(() => alertWebhook(3 as never), "ERR_OPTION_TYPE", /URL/);
});

webhooks("a server that hangs costs the run nothing: a run with 100 events beside the same run without", async () => {
  const server = await hookServer(() => {});
  const steps = 40_000;
  const run = async (...behind: readonly ReturnType<typeof alertWebhook>[]): Promise<number> => {
    const update = chain(
      untilStep(steps),
      when((row) => row.step % 400 >= 200),
      gradientStep(0.001),
    );
    let rows = iterate(quartic(), [1, 2], update, { slice: 2 });
    for (const sink of behind) rows = rows.pipe(sink);
    const before = process.cpuUsage();
    assert.is((await lastValueFrom(rows)).step, steps);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const [withHook, without]: [number[], number[]] = [[], []];
  try {
    await run(alertWebhook(server.url, { patience: 0.5, tries: 1, warn: () => {} }));
    for (let round = 0; round < 7; round++) {
      withHook.push(await run(alertWebhook(server.url, { patience: 3600, tries: 1, warn: () => {} })));
      without.push(await run());
    }
    // Other programs of the machine only ever add to the time, so that the least one is compared.
    const ratio = Math.min(...withHook) / Math.min(...without);
    assert.ok(server.bodies.length > 0, "the server was asked");
    assert.ok(ratio < 1.5, `CPU time with a hanging server over that without: ${ratio}`);
  } finally {
    server.close();
  }
});
webhooks.run();
