/** The page below a path of a reverse proxy. */
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { closeBrowser, shows, withPage } from "../support/openPage.ts";
import { pathProxy } from "../support/pathProxy.ts";
import { makeRow, makeRun } from "../support/rows.ts";

const page = suite("the page below a path");

page("shows runs, rows and files, and asks for nothing outside of the path", async () => {
  let port = 0;
  const proxy = await pathProxy(() => port, "/lab/fluxion");
  try {
    await withPage(
      async (open, server) => {
        const run = makeRun({ name: "below a path" });
        const rows = [0, 1, 2].map((step) => makeRow(run, step, { status: step === 2 ? "converged" : "running" }));
        from(rows).pipe(webSocket(server)).subscribe();
        const url = new URL(server.url);
        port = Number(url.port);
        // The page that is open asks at the server's own address.
        await open.goto("about:blank");
        const asked: string[] = [];
        open.on("request", (request) => asked.push(request.url()));
        open.on("websocket", (socket) => asked.push(socket.url().replace(/^ws/, "http")));
        await open.goto(`${proxy.origin}/lab/fluxion/${url.search}`);
        await shows(open, "body", "below a path");
        await shows(open, "body", /converged/);
        const outside = asked.filter((each) => /^http/.test(each) && !each.startsWith(`${proxy.origin}/lab/fluxion/`));
        assert.equal(outside, []);
        assert.ok(asked.some((each) => each.includes("/lab/fluxion/stream")));
      },
      { allowedHosts: [new URL(proxy.origin).host] },
    );
  } finally {
    await proxy.close();
  }
});

page.after(closeBrowser);
page.run();
