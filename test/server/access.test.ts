import { once } from "node:events";
import { request } from "node:http";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { isLoopback, makeAccess, pageAddress } from "../../src/server/http/access.ts";
import { makeRun } from "../support/rows.ts";
import { connect, Viewer, withServer } from "../support/viewer.ts";

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
    for (const origin of [
      "http://evil.example",
      "null",
      `http://localhost:${server.port + 1}`,
      "file://",
      `chrome-extension://127.0.0.1:${server.port}`,
      `https://127.0.0.1:${server.port}`,
      `http://127.0.0.1:${server.port}/`,
      `http://user@127.0.0.1:${server.port}`,
    ]) {
      assert.is((await get(server, path, { origin })).status, 403, origin);
    }
    // Another port of this machine is the same site, and gets the same cookies.
    for (const site of ["cross-site", "same-site"]) {
      assert.is((await get(server, path, { "sec-fetch-site": site })).status, 403, site);
    }
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

access("keeps the token of an opened page in a cookie, from which nothing else can be learnt", () =>
  withServer(async (server) => {
    const { headers } = await get(server, `/?token=${server.token}`);
    const [cookie = "", ...rules] = String(headers["set-cookie"]).split("; ");
    assert.equal(rules.sort(), ["HttpOnly", "Path=/", "SameSite=Strict"]);
    assert.match(cookie, new RegExp(`^fluxion-${server.port}-[0-9a-f]{12}=`));
    assert.not.ok(cookie.includes(server.token));
    assert.is((await get(server, "/runs", { cookie })).status, 200);
    assert.is((await get(server, "/runs", { cookie: `other=1; ${cookie}` })).status, 200);
    assert.is((await get(server, "/runs", { cookie: `${cookie}x` })).status, 401);
    // A page at another port has the cookie too.
    assert.is((await get(server, "/runs", { cookie, "sec-fetch-site": "same-site" })).status, 403);
    assert.is((await get(server, "/runs", { cookie, origin: "http://127.0.0.1:1" })).status, 403);
    const foreign = await connect(server, { token: "", headers: { cookie }, origin: "http://127.0.0.1:1" });
    assert.is((await foreign.closed).code, 4403);
    assert.is((await get(server, "/")).headers["set-cookie"], undefined);
    assert.match(String((await get(server, "/?token=wrong")).headers["set-cookie"]), /=; Max-Age=0;/);
  }),
);

access("lets those with the other token read, and not steer", () =>
  withServer(async (server) => {
    const obeyed: string[] = [];
    server.commands.subscribe(({ type, reply }) => {
      obeyed.push(type);
      reply?.({ type: "pause", step: 1 });
    });
    server.hub.open(makeRun(), new Uint8Array(8));
    const runs = async (token: string) =>
      (JSON.parse((await get(server, `/runs?token=${token}`)).body) as { runs: { steerable: boolean }[] }).runs;
    assert.is((await runs(server.readToken))[0]?.steerable, false);
    assert.is((await runs(server.token))[0]?.steerable, true);
    const { headers } = await get(server, `/?token=${server.readToken}`);
    const cookie = String(headers["set-cookie"]).split(";")[0]!;
    for (const viewer of [
      await connect(server, { token: server.readToken }),
      new Viewer(
        new WebSocket(`ws://127.0.0.1:${server.port}/stream`, ["v1.fluxion"], {
          headers: { cookie },
          origin: `http://127.0.0.1:${server.port}`,
        }),
      ),
    ]) {
      const { runs: list } = await viewer.message("runs");
      assert.is(list[0]?.steerable, false);
      viewer.send({ command: { run: "example", type: "stop" } });
      assert.match((await viewer.message("reply")).reply.outcome.refused ?? "", /allows reading only/);
    }
    const owner = await connect(server);
    await owner.message("runs");
    owner.send({ command: { run: "example", type: "pause" } });
    assert.is((await owner.message("reply")).reply.outcome.refused, undefined);
    assert.equal(obeyed, ["pause"]);
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
  const options = {
    host: "127.0.0.1",
    port: () => 1,
    token: undefined,
    readToken: undefined,
    allowedHosts: [],
    allowedOrigins: [],
  };
  assert.is.not(makeAccess(options).token, makeAccess(options).token);
});

access.run();
