import { once } from "node:events";
import { request } from "node:http";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { isLoopback, makeAccess, pageAddress } from "../../src/server/access.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { connect, withServer } from "../support/viewer.ts";

const access = suite("access");

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

function get(
  server: ViewerServer,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path, method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

access("listens on loopback, with a random token in its address", () =>
  withServer(async (server) => {
    assert.is(server.host, "127.0.0.1");
    assert.is(server.url, pageAddress("127.0.0.1", server.port, server.token));
    assert.ok(server.token.length >= 32);
    assert.is((await get(server, new URL(server.url).pathname)).status === 401, false);
  }),
);

access("gives no data without the token, and takes it as a parameter or a bearer", () =>
  withServer(async (server) => {
    for (const path of ["/runs", "/runs/a/rows", "/runs/a/iterates-0001.arrows", "/nothing"]) {
      const { status, body } = await get(server, path);
      assert.is(status, 401, path);
      assert.match(body, /token is missing or wrong/);
    }
    assert.is((await get(server, `/runs?token=${server.token.slice(0, -1)}`)).status, 401);
    assert.is((await get(server, "/runs?token=")).status, 401);
    assert.is((await get(server, `/runs?token=${server.token}`)).status, 200);
    assert.is((await get(server, "/runs", { authorization: `Bearer ${server.token}` })).status, 200);
    assert.is((await get(server, "/runs", { authorization: "Bearer wrong-token" })).status, 401);
  }),
);

access("answers only to its own Host, so that no other name can be bound to it", () =>
  withServer(async (server) => {
    const path = `/runs?token=${server.token}`;
    for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`, `[::1]:${server.port}`]) {
      assert.is((await get(server, path, { host })).status, 200, host);
    }
    for (const host of [
      `evil.example:${server.port}`,
      "localhost",
      `localhost:${server.port + 1}`,
      "127.0.0.1.evil.example",
    ]) {
      assert.is((await get(server, path, { host })).status, 403, host);
    }
    // The page's code is no secret, but a foreign name is refused there too.
    assert.is((await get(server, "/", { host: "evil.example" })).status, 403);
  }),
);

access("refuses the pages of other origins", () =>
  withServer(async (server) => {
    const path = `/runs?token=${server.token}`;
    assert.is((await get(server, path, { origin: `http://localhost:${server.port}` })).status, 200);
    for (const origin of ["http://evil.example", "null", `http://localhost:${server.port + 1}`, "file://"]) {
      assert.is((await get(server, path, { origin })).status, 403, origin);
    }
    assert.is((await get(server, path, { "sec-fetch-site": "cross-site" })).status, 403);
  }),
);

access("lets in the names and origins that it was told", () =>
  withServer(
    async (server) => {
      const path = `/runs?token=${server.token}`;
      assert.is((await get(server, path, { host: "runs.example.org" })).status, 200);
      assert.is((await get(server, path, { origin: "https://lab.example.org" })).status, 200);
      assert.is((await get(server, path, { origin: "https://other.example.org" })).status, 403);
    },
    { allowedHosts: ["runs.example.org"], allowedOrigins: ["https://lab.example.org/"] },
  ),
);

access("closes a socket with 4401 for a wrong token and 4403 for a foreign origin, before anything is said", () =>
  withServer(async (server) => {
    const wrong = await connect(server, { token: "wrong-token" });
    assert.is((await wrong.closed).code, 4401);
    const foreign = await connect(server, { origin: "http://evil.example" });
    assert.is((await foreign.closed).code, 4403);
    const own = await connect(server, { origin: `http://127.0.0.1:${server.port}` });
    await own.message("runs");
    assert.equal([wrong.messages.length, foreign.messages.length], [0, 0]);
    assert.is(server.viewers, 1);
  }),
);

async function upgradeStatus(server: ViewerServer, path: string, protocol: string, host?: string): Promise<number> {
  const options = host === undefined ? {} : { headers: { host } };
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocol, options);
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, { readonly statusCode: number }];
  socket.terminate();
  return response.statusCode;
}

access("refuses upgrades of another Host, path or subprotocol", () =>
  withServer(async (server) => {
    const path = `/stream?token=${server.token}`;
    assert.is(await upgradeStatus(server, path, "v1.fluxion", "evil.example"), 403);
    assert.is(await upgradeStatus(server, `/other?token=${server.token}`, "v1.fluxion"), 404);
    assert.is(await upgradeStatus(server, path, "v2.fluxion"), 400);
    const none = await connect(server, { protocols: [] });
    assert.is(none.socket.protocol, "");
    assert.is((await connect(server)).socket.protocol, "v1.fluxion");
  }),
);

access("takes no more viewers than it may", () =>
  withServer(
    async (server) => {
      await (await connect(server)).message("runs");
      const { code } = await (await connect(server)).closed;
      assert.is(code, 1013);
    },
    { connections: 1 },
  ),
);

access("sends a strict content security policy and answers only GET and HEAD", () =>
  withServer(async (server) => {
    const { headers } = await get(server, "/");
    assert.match(
      String(headers["content-security-policy"]),
      /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
    );
    assert.is(headers["x-content-type-options"], "nosniff");
    assert.is((await get(server, "/runs", {}, "POST")).status, 405);
  }),
);

access("knows loopback addresses", () => {
  for (const host of ["localhost", "127.0.0.1", "127.8.9.10", "::1"]) assert.ok(isLoopback(host), host);
  for (const host of ["0.0.0.0", "::", "192.168.1.4", "127.0.0.1.evil.example"]) assert.not.ok(isLoopback(host), host);
});

access("makes another token each time", () => {
  const options = { host: "127.0.0.1", port: () => 1, token: undefined, allowedHosts: [], allowedOrigins: [] };
  assert.is.not(makeAccess(options).token, makeAccess(options).token);
});

access.run();
