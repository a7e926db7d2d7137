/** Which names and origins a server may be told to allow, by its options and on the command line. */
import { once } from "node:events";
import { request } from "node:http";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { allowedHost, allowedOrigin } from "../../src/server/http/allowed.ts";
import { checkOptions } from "../../src/server/options.ts";
import { assertError } from "../support/assert.ts";
import { fluxion, startFluxion } from "../support/command.ts";
import { recordedRun } from "../support/recordedRun.ts";

const allowed = suite("allowed names and origins");

allowed("are read as requests show them", () => {
  const hosts = {
    "Runs.example.ORG": "runs.example.org",
    "a:8443": "a:8443",
    "[::1]:80": "[::1]:80",
    "10.0.0.7": "10.0.0.7",
  };
  for (const [text, value] of Object.entries(hosts)) assert.equal(allowedHost(text), { value }, text);
  const origins = {
    "https://Lab.example.org": "https://lab.example.org",
    "https://lab.example.org/": "https://lab.example.org",
    "https://lab.example.org:443": "https://lab.example.org",
    "http://localhost:8888": "http://localhost:8888",
    "http://[::1]:8888": "http://[::1]:8888",
  };
  for (const [text, value] of Object.entries(origins)) assert.equal(allowedOrigin(text), { value }, text);
});

const badHosts: Readonly<Record<string, RegExp>> = {
  "": /got ""/,
  "*": /a pattern would let in any site/,
  "*.example.org": /a pattern/,
  "https://runs.example.org": /leave the scheme out/,
  "runs.example.org/fluxion": /leave the path out/,
  "::1": /write the address as \[::1\]/,
  "runs.example.org:99999": /ports end at 65535/,
  "runs.example.org:": /expected a name/,
  "user@runs.example.org": /expected a name/,
  "runs example": /expected a name/,
  "läufe.example": /browsers send xn--lufe-loa\.example/,
  "a\r\nHost: b": /expected a name/,
};
const badOrigins: Readonly<Record<string, RegExp>> = {
  "": /got ""/,
  "*": /a pattern would let pages of strangers/,
  null: /every sandboxed frame/,
  "lab.example.org": /begins with http/,
  "file:///tmp/a.html": /begins with http/,
  "https://user:secret@lab.example.org": /leave the user out/,
  "https://lab.example.org/notebooks": /only https:\/\/lab\.example\.org of it counts/,
  "https://lab.example.org?a=1": /only https/,
  "https://": /expected an origin/,
};

allowed("are refused where no request shows them or where they would let strangers in", () => {
  for (const [text, why] of Object.entries(badHosts)) {
    assertError(() => checkOptions({ allowedHosts: [text] }), "ERR_OPTION_RANGE", why);
  }
  for (const [text, why] of Object.entries(badOrigins)) {
    assertError(() => checkOptions({ allowedOrigins: ["https://good.example", text] }), "ERR_OPTION_RANGE", why);
  }
});

allowed("are refused on the command line of run, serve and resume, with the flag and the value", async () => {
  const directory = recordedRun(3);
  for (const [command, flag, value] of [
    [["serve", directory], "--allow-host", "*.example.org"],
    [["run", "quartic", "--allow-host", "good.example"], "--allow-origin", "null"],
    [["resume", directory], "--allow-origin", "lab.example.org"],
  ] as const) {
    const { code, stderr } = await fluxion([...command, flag, value]);
    assert.is(code, 2, stderr);
    assert.ok(stderr.includes(`${flag}: expected`) && stderr.includes(`"${value}"`), stderr);
  }
});

function status(port: number, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** What a WebSocket gets: the number of a refusal or close code, or "rows" for the list of runs. */
async function stream(port: number, token: string, headers: Record<string, string>): Promise<number | "runs"> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/stream?token=${token}`, "v1.fluxion", { headers });
  socket.on("error", () => undefined);
  try {
    return await Promise.race([
      once(socket, "message").then(([data]) => (String(data).startsWith('{"runs"') ? "runs" : 0)),
      once(socket, "close").then(([code]) => code as number),
      once(socket, "unexpected-response").then(([, { statusCode }]) => statusCode as number),
    ]);
  } finally {
    socket.terminate();
  }
}

allowed("are the only ones let in by a server that the command starts", async () => {
  const started = startFluxion([
    ...["serve", recordedRun(5), "--allow-host", "runs.example.org", "--allow-host", "lab.example.org:8443"],
    ...["--allow-host", "tls.example.org:443", "--allow-origin", "https://notebook.example.org:443"],
  ]);
  const [, address] = await started.says(/1 run: (\S+)\n/);
  const { port: text, searchParams } = new URL(address!);
  const [port, token] = [Number(text), searchParams.get("token")!];
  const path = `/runs?token=${token}`;
  // Each request, and the page's own name beside it. A browser sends its own Host with the Origin of the page.
  const cases: readonly (readonly [Record<string, string>, boolean])[] = [
    [{ host: `127.0.0.1:${port}` }, true],
    [{ host: "runs.example.org" }, true],
    [{ host: "RUNS.example.org:9000", origin: "https://runs.example.org:9000" }, true],
    [{ host: "lab.example.org:8443" }, true],
    [{ host: "tls.example.org", origin: "https://tls.example.org" }, true],
    [{ host: `127.0.0.1:${port}`, origin: "https://notebook.example.org" }, true],
    // DNS rebinding: the attacker's name resolves to this machine.
    [{ host: "evil.example" }, false],
    [{ host: `evil.example:${port}`, origin: `http://evil.example:${port}` }, false],
    [{ host: "lab.example.org" }, false],
    [{ host: "lab.example.org:8444" }, false],
    [{ host: "tls.example.org:8443" }, false],
    [{ host: "runs.example.org.evil.example" }, false],
    [{ host: "evilruns.example.org" }, false],
    [{ host: "runs.example.org@evil.example" }, false],
    // A page of another site, to a name that is right.
    [{ host: "runs.example.org", origin: "https://evil.example" }, false],
    [{ host: `127.0.0.1:${port}`, origin: "https://notebook.example.org.evil.example" }, false],
    [{ host: `127.0.0.1:${port}`, origin: "http://notebook.example.org" }, false],
    [{ host: `127.0.0.1:${port}`, origin: "null" }, false],
  ];
  for (const [headers, isIn] of cases) {
    const what = JSON.stringify(headers);
    assert.is(await status(port, path, headers), isIn ? 200 : 403, what);
    const answer = await stream(port, token, headers);
    assert.ok(isIn ? answer === "runs" : answer === 403 || answer === 4403, `${what}: ${answer}`);
    // Whoever is let in by name still needs the secret.
    if (isIn) assert.is(await status(port, "/runs", headers), 401, what);
  }
  started.process.kill("SIGINT");
  assert.is((await started.ended).code, 0);
});

allowed.run();
