/** Sinks and the server check their options by the same rules as operators: nothing that is given is silently ignored. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isFluxionError } from "../../src/errors.ts";
import { createViewerServer, type ViewerServerOptions } from "../../src/server/createViewerServer.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { terminalStatus } from "../../src/sinks/terminalStatus.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { assertError, assertRejects } from "../support/assert.ts";
import { makeRun } from "../support/rows.ts";
import { withServer } from "../support/viewer.ts";

type Unchecked = (options: unknown) => unknown;

/** Never used: every call is refused before it looks at its server. */
const server = {} as Parameters<typeof webSocket>[0];
const functions: Readonly<Record<string, Unchecked>> = {
  arrowFile: (options) => arrowFile("x.arrows", options as object),
  runDirectory: (options) => runDirectory("x", options as object),
  saveCheckpoint: (options) => saveCheckpoint("x", options as object),
  terminalStatus: (options) => terminalStatus(options as object),
  webSocket: (options) => webSocket(server, options as object),
};
const noObjects = [null, 5, "overwrite", true, [], () => undefined];

const options = suite("options of sinks and server");

for (const [name, call] of Object.entries(functions)) {
  options(`${name} refuses an option that there is not`, () => {
    assertError(() => call({ overwritten: true }), "ERR_OPTION_UNKNOWN", new RegExp(`^${name}: .*"overwritten"`));
  });

  options(`${name} refuses options that are not an object`, () => {
    const message = new RegExp(`^${name}: expected an object of options`);
    for (const value of noObjects) assertError(() => call(value), "ERR_OPTION_TYPE", message);
  });
}

options("createViewerServer refuses both, without opening a port", async () => {
  const call = (value: unknown): Promise<unknown> => createViewerServer(value as ViewerServerOptions);
  await assertRejects(call({ prot: 4747 }), "ERR_OPTION_UNKNOWN", /^createViewerServer: .*Did you mean "port"/);
  for (const value of noObjects) {
    await assertRejects(call(value), "ERR_OPTION_TYPE", /^createViewerServer: expected an object of options/);
  }
});

options("hub.open refuses both", () =>
  withServer(async ({ hub }) => {
    const call = (value: unknown): unknown => hub.open(makeRun(), new Uint8Array(), value as object);
    assertError(() => call({ directories: "x" }), "ERR_OPTION_UNKNOWN", /^hub\.open: .*"directory"/);
    for (const value of noObjects) assertError(() => call(value), "ERR_OPTION_TYPE", /^hub\.open: expected an object/);
  }),
);

options("a value of the wrong type or out of range is named", async () => {
  const cases: readonly (readonly [Unchecked, unknown, string, RegExp])[] = [
    [functions.arrowFile!, { merged: "yes" }, "ERR_OPTION_TYPE", /merged to be true or false, got "yes"/],
    [functions.arrowFile!, { points: 0.5 }, "ERR_OPTION_RANGE", /points to be a positive integer, or "all", "budget"/],
    [functions.arrowFile!, { batch: 256 }, "ERR_OPTION_TYPE", /batch to be an object of limits/],
    [functions.arrowFile!, { batch: { row: 256 } }, "ERR_OPTION_UNKNOWN", /^arrowFile: .*"batch\.row"/],
    [functions.runDirectory!, { pointBudget: 0 }, "ERR_OPTION_RANGE", /pointBudget to be a positive number/],
    [functions.runDirectory!, { onMessage: {} }, "ERR_OPTION_TYPE", /onMessage to be a function/],
    [functions.runDirectory!, { environment: () => 0 }, "ERR_OPTION_TYPE", /environment to be plain data/],
    [functions.saveCheckpoint!, { sync: 1 }, "ERR_OPTION_TYPE", /sync to be true or false, got 1/],
    [functions.terminalStatus!, { stream: null }, "ERR_OPTION_TYPE", /stream to be a stream with a write method/],
    [functions.webSocket!, { batch: { seconds: 0 } }, "ERR_OPTION_RANGE", /^webSocket: .*batch\.seconds/],
  ];
  for (const [call, value, code, message] of cases) assertError(() => call(value), code, message);
  const servers: readonly (readonly [object, string, RegExp])[] = [
    [{ port: "4747" }, "ERR_OPTION_TYPE", /port to be an integer in \[0, 65535\], got "4747"/],
    [{ allowedHosts: "example.org" }, "ERR_OPTION_TYPE", /allowedHosts to be an array of names/],
    [{ figures: {} }, "ERR_OPTION_TYPE", /figures to be an object with the methods list and svg/],
    [{ warn: false }, "ERR_OPTION_TYPE", /warn to be a function/],
  ];
  for (const [value, code, message] of servers) await assertRejects(createViewerServer(value), code, message);
});

options("a token that is too short stays out of the message", async () => {
  const refusal = await createViewerServer({ token: "secret" }).catch((error: unknown) => error);
  if (!isFluxionError(refusal)) throw new Error(`expected a refusal, got ${String(refusal)}`);
  assert.is(refusal.code, "ERR_OPTION_RANGE");
  assert.match(refusal.message, /token to be a string of at least 8 characters, got 6/);
  assert.not.match(refusal.message, /secret/);
});

options("an option that is undefined counts as left out", () =>
  withServer(
    async (open) => {
      assert.is(open.host, "127.0.0.1");
      assert.ok(open.token.length > 8);
    },
    { host: undefined, port: undefined, token: undefined } as object,
  ),
);

options.run();
