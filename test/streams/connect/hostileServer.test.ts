/** Whatever a server sends, `connect` ends with an error of its own, or goes on; it neither throws elsewhere nor hangs. */
import { lastValueFrom, timeout, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { WebSocket } from "ws";
import { endOfStream } from "../../../src/arrow/recordBatch.ts";
import type { Row } from "../../../src/arrow/row.ts";
import { isFluxionError } from "../../../src/errors.ts";
import { type ConnectOptions, connect } from "../../../src/streams/connect/connect.ts";
import { RowStream } from "../../../src/streams/connect/rowStream.ts";
import { assertRejects } from "../../support/assert.ts";
import { withFalseServer } from "../../support/falseServer.ts";
import * as fc from "../../support/fastCheck.ts";
import { makeRows } from "../../support/rows.ts";
import { streamOf } from "../../support/streams.ts";

const allRows = (url: string, options: ConnectOptions = {}): Promise<Row[]> =>
  lastValueFrom(connect(url, options).pipe(timeout(20_000), toArray()));
const runs = JSON.stringify({ runs: [{ name: "a" }] });
const subscribed = JSON.stringify({ subscribed: { run: "a", attempt: 1 } });
const { parts } = streamOf(makeRows(9), [4, 5]);
const ended = JSON.stringify({ ended: { run: "a" } });
/** Sends the list of runs, and these messages when the subscription comes. */
const saying =
  (...messages: readonly (string | Uint8Array)[]) =>
  (socket: WebSocket): void => {
    socket.send(runs);
    socket.on("message", () => {
      for (const message of messages) socket.send(message);
    });
  };

const test = suite("connect, to a server that keeps to no protocol");

const refused: Readonly<Record<string, readonly [string | Uint8Array, string, RegExp]>> = {
  "a text that is not JSON": ["{", "ERR_MESSAGE", /a text that is not JSON/],
  "a list": ["[1]", "ERR_MESSAGE", /not an object/],
  "an empty object": ["{}", "ERR_MESSAGE", /of 0 kinds/],
  "two kinds at once": ['{"live": {}, "gap": {}}', "ERR_MESSAGE", /of 2 kinds/],
  "runs without names": ['{"runs": [{}]}', "ERR_MESSAGE", /without names/],
  "a gap without steps": ['{"gap": {"fromStep": -1}}', "ERR_MESSAGE", /"gap" with a wrong number/],
  "no keys": ['{"ended": null}', "ERR_MESSAGE", /"ended" without its keys/],
  "rows without a schema": [parts[1]!, "ERR_ARROW_CORRUPT", /rows that cannot be read/],
  "bytes that are no Arrow": [new Uint8Array(100).fill(7), "ERR_ARROW_FORMAT", /a message of the server/],
  "no bytes": [new Uint8Array(0), "ERR_ARROW_EMPTY", /a message of the server/],
};
for (const [what, [message, code, pattern]] of Object.entries(refused)) {
  test(`${what}: ${code}`, () =>
    withFalseServer(saying(subscribed, message), (url) => assertRejects(allRows(url), code, pattern)));
}

test("other kinds and keys are passed over, and rows of no subscription too", () =>
  withFalseServer(
    saying(parts[0]!, '{"weather": 3}', '{"reply": {}}', subscribed, ...parts, '{"live": {"new": 1}}', ended),
    async (url) => assert.is((await allRows(url)).length, 9),
  ));

test("rows that come twice are emitted once", () =>
  withFalseServer(saying(subscribed, ...parts, ...parts, parts[0]!, parts[2]!, endOfStream, ended), async (url) => {
    assert.equal(
      (await allRows(url)).map(({ step }) => step),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
  }));

for (const [code, expected, pattern] of [
  [4400, "ERR_CONNECTION", /does not understand the request \(no such word\)/],
  [4401, "ERR_CONNECTION", /give the whole address that the server prints/],
  [4403, "ERR_CONNECTION", /--allow-origin/],
  [4404, "ERR_RUN_UNKNOWN", /no run "a"/],
] as const) {
  test(`close code ${code}: ${expected}`, () =>
    withFalseServer(
      (socket) => {
        socket.send(runs);
        socket.on("message", () => socket.close(code, "no such word"));
      },
      (url) => assertRejects(allRows(url), expected, pattern),
    ));
}

test("a reason that is told three times is believed", async () => {
  let times = 0;
  await withFalseServer(
    (socket) => {
      times++;
      socket.send(runs);
      socket.send(JSON.stringify({ error: { code: "ERR_RUN_FILE", message: `no \n file ${"x".repeat(1e4)}` } }));
      socket.close(1011);
    },
    (url) => assertRejects(allRows(url), "ERR_CONNECTION", /^(?!.*a-secret).*says ERR_RUN_FILE: no/s),
  );
  assert.is(times, 3);
});

test("nobody, and somebody who says nothing: ERR_CONNECTION after the time that was given", async () => {
  await assertRejects(
    allRows("http://127.0.0.1:9/?token=a-secret", { giveUpAfter: 0.3 }),
    "ERR_CONNECTION",
    /^(?!.*a-secret)connect: no connection to http:\/\/127\.0\.0\.1:9\/ for/,
  );
  await withFalseServer(
    () => undefined,
    (url) => assertRejects(allRows(url, { giveUpAfter: 0.3 }), "ERR_CONNECTION", /nothing answered/),
  );
});

test("another run under the name: ERR_RUN_CHANGED", () =>
  withFalseServer(
    (socket, connection) => {
      const { parts } = streamOf(
        makeRows(4).map((row) => ({ ...row, run: { ...row.run, attempt: 2 } })),
        [4],
      );
      socket.send(runs);
      socket.on("message", () => {
        socket.send(JSON.stringify({ subscribed: { attempt: 2 - connection } }));
        if (connection === 0) for (const part of parts) socket.send(part);
        socket.close(1001);
      });
    },
    (url) => assertRejects(allRows(url), "ERR_RUN_CHANGED", /another run of this name/),
  ));

test("any flipped bit in its rows gives rows or an error with a code", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 7 }), fc.constantFrom(0, 1), (place, bit, part) => {
      const damaged = parts[part]!.slice();
      damaged[place % damaged.length]! ^= 1 << bit;
      const sent = part === 0 ? [damaged, parts[1]!] : [parts[0]!, damaged];
      const stream = new RowStream("connect", 0);
      try {
        assert.ok(sent.flatMap((bytes) => [...stream.read(bytes)]).length <= 4);
      } catch (error) {
        assert.ok(isFluxionError(error), `${error}`);
      }
    }),
    { numRuns: 2000 },
  );
});

test.run();
