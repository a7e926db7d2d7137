/** `connect` works with the WebSockets of Node, Deno and Chromium, and with those of `ws` where there are none. */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ViewerServer, ViewerServerOptions } from "../../src/server/createViewerServer.ts";
import { openChromium } from "../support/chromium.ts";
import { findDeno } from "../support/deno.ts";
import { bundled } from "../support/page.ts";
import { recordedRun } from "../support/recordedRun.ts";
import { makeRun } from "../support/rows.ts";
import { withProcess } from "../support/serverProcess.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const count = 5000;
const withRun = (act: (server: ViewerServer) => Promise<void>, options: ViewerServerOptions = {}): Promise<void> =>
  withProcess(async (server) => {
    server.hub.addFinished(makeRun(), recordedRun(count), { status: "converged", step: count - 1 });
    await act(server);
  }, options);
/** Prints how many rows came, the sum of a column, and how the engine's own class is called. */
const program = (url: string, from: string): string =>
  `import { connect } from ${JSON.stringify(from)};
   let rows = 0, sum = 0;
   connect(${JSON.stringify(url)}).subscribe({
     next: (row) => { rows++; sum += row.columns.residual + row.point[0]; },
     error: (error) => console.log("error " + error.message),
     complete: () => console.log(rows + " rows, " + sum.toFixed(3) + ", own " + (typeof WebSocket)),
   });`;
const sum = Array.from({ length: count }, (_, k) => k / 7 + k)
  .reduce((a, b) => a + b, 0)
  .toFixed(3);
const lines = (own: string): string => `${count} rows, ${sum}, own ${own}`;

async function output(executable: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(executable, [...args], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(input);
  let text = "";
  for await (const piece of child.stdout.setEncoding("utf8")) text += piece;
  return text.trim();
}

const engines = suite("connect, in every engine");

for (const [what, flags] of [
  ["the WebSockets of ws", ["--no-experimental-websocket"]],
  ["Node's own WebSockets", ["--experimental-websocket"]],
] as const) {
  engines(`works with ${what}`, () =>
    withRun(async ({ url }) => {
      const args = [...flags, "--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "-"];
      const own = flags[0] === "--experimental-websocket" ? "function" : "undefined";
      assert.is(await output(process.execPath, args, program(url, "fluxion/streams")), lines(own));
    }),
  );
}

const deno = findDeno();
if (deno === undefined) console.log("skipped: no Deno on this machine (npm install --global deno, or DENO=path)");
engines("works in Deno", async () => {
  if (deno === undefined) return;
  await withRun(async ({ url }) => {
    const args = ["run", "--allow-all", "--no-check", "--ext=ts", "-"];
    assert.is(await output(deno, args, program(url, "./src/streams/connect/connect.ts")), lines("function"));
  });
});

const browser = await openChromium();
if (browser === undefined) console.log("skipped: no Chromium on this machine (Debian: apt-get install chromium)");
engines("works in a page of an origin that is allowed", async () => {
  if (browser === undefined) return;
  let script = "";
  const site = createServer((request, response) => {
    const isScript = request.url === "/script.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<link rel="icon" href="data:,"><script type="module" src="/script.js"></script>');
  });
  await new Promise<void>((resolve) => {
    site.listen(0, "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const page = await browser.newPage();
  await withRun(
    async ({ url }) => {
      script = await bundled(program(url, "fluxion/streams"), true);
      const [said] = await Promise.all([
        page.waitForEvent("console", (message) => /rows|error/.test(message.text())),
        page.goto(origin),
      ]);
      assert.is(said.text(), lines("function"));
    },
    { allowedOrigins: [origin] },
  );
  await page.close();
  site.close();
});

engines.after(() => browser?.close());
engines.run();
