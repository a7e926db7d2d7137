import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createViewerServer } from "../../src/server/createViewerServer.ts";
import { assertRejects } from "../support/assert.ts";
import { connect, withServer } from "../support/viewer.ts";

const server = suite("createViewerServer");

server("refuses options out of range", async () => {
  for (const options of [
    { port: -1 },
    { port: 70_000 },
    { port: 1.5 },
    { bufferedBytes: 0 },
    { memoryBytes: Number.NaN },
    { connections: 0 },
    { pingEvery: 0 },
    { heartbeatEvery: Number.POSITIVE_INFINITY },
    { silence: -1 },
    { token: "short" },
  ]) {
    await assertRejects(createViewerServer(options), "ERR_OPTION_RANGE", /createViewerServer: expected/);
  }
});

server("never shows a token, not even one of the wrong type", async () => {
  await assertRejects(
    createViewerServer({ token: 123_456_789 as unknown as string }),
    "ERR_OPTION_TYPE",
    /expected token to be a string, got a number$/,
  );
});
server("demands a token of a host that others can reach, and warns that nothing is encrypted", async () => {
  await assertRejects(createViewerServer({ host: "0.0.0.0" }), "ERR_OPTION_RANGE", /give a token of your own/);
  const warnings: string[] = [];
  const open = await createViewerServer({ host: "0.0.0.0", token: "long-enough", warn: (text) => warnings.push(text) });
  try {
    assert.is(warnings.length, 1);
    assert.match(warnings[0]!, /not encrypted; put a proxy with TLS/);
    assert.is(open.url, `http://localhost:${open.port}/?token=long-enough`);
  } finally {
    await open.close();
  }
});

server("says that a port is in use", () =>
  withServer(async ({ port }) => {
    await assertRejects(createViewerServer({ port }), "ERR_PORT_IN_USE", new RegExp(`port ${port} of 127.0.0.1`));
  }),
);

server("says that it cannot listen at an address that is not this machine's", async () => {
  const elsewhere = createViewerServer({ host: "192.0.2.1", token: "long-enough", warn: () => undefined });
  await assertRejects(elsewhere, "ERR_LISTEN", /this machine has no such address/);
});

server("closes its viewers with 1001, and its port", async () => {
  const open = await createViewerServer();
  const viewer = await connect(open);
  await viewer.message("runs");
  await Promise.all([open.close(), open.close()]);
  assert.is((await viewer.closed).code, 1001);
  assert.is(open.viewers, 0);
  await fetch(open.url).then(
    () => assert.unreachable("the port still answers"),
    (error: Error) => assert.match(String(error.cause), /ECONNREFUSED/),
  );
});

server("pings, sends heartbeats, and closes who stays silent with 4408", () =>
  withServer(
    async (open) => {
      const lively = await connect(open);
      const dead = await connect(open, { autoPong: false });
      assert.is((await dead.closed).code, 4408);
      await lively.message("heartbeat");
      await lively.until(() => open.viewers === 1, "end of the silent one");
    },
    { pingEvery: 100, silence: 400, heartbeatEvery: 200 },
  ),
);

server.run();
