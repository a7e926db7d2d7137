/** Rows of a server come once each, whatever happens to the connection. */
import { lastValueFrom, Subject, take, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row, Run } from "../../../src/arrow/row.ts";
import type { ViewerServer } from "../../../src/server/viewerServer.ts";
import { webSocket } from "../../../src/sinks/webSocket.ts";
import { type ConnectOptions, connect } from "../../../src/streams/connect/connect.ts";
import type { ConnectionState, Gap } from "../../../src/streams/connect/message.ts";
import { assertError, assertRejects } from "../../support/assert.ts";
import { cuttingProxy } from "../../support/cuttingProxy.ts";
import { makeRow, makeRows, makeRun } from "../../support/rows.ts";
import { assertSameRows } from "../../support/sameRows.ts";
import { withServer } from "../../support/viewer.ts";

const address = (server: ViewerServer, port = server.port): string => `http://127.0.0.1:${port}/?token=${server.token}`;
const allRows = (url: string, options: ConnectOptions = {}): Promise<Row[]> =>
  lastValueFrom(connect(url, options).pipe(toArray()));
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const test = suite("connect");

test("emits the rows that there are, then those that come, and completes with the run", () =>
  withServer(async (server) => {
    const rows = makeRows(700);
    const source = new Subject<Row>();
    source.pipe(webSocket(server)).subscribe();
    for (const row of rows.slice(0, 300)) source.next(row);
    const seen: Row[] = [];
    const [rowsOf, url] = [
      connect(address(server)),
      new URL(address(server).replace("http", "ws").replace("/?", "/stream?")),
    ];
    // They would look for a server that is closed before they know that the run is over.
    const others = [rowsOf.subscribe(), connect(url).subscribe((row) => seen.push(row))];
    const done = lastValueFrom(rowsOf.pipe(toArray()));
    while (seen.length < 300) await pause(5);
    for (const row of rows.slice(300)) source.next(row);
    source.complete();
    assertSameRows(await done, rows);
    while (seen.length < rows.length) await pause(5);
    assertSameRows(seen, rows);
    for (const other of others) other.unsubscribe();
    // Measures keep their states for one run.
    assert.is(new Set(seen.map(({ run }) => run)).size, 1);
  }));

test("asks for the columns and steps that are wanted", () =>
  withServer(async (server) => {
    const source = new Subject<Row>();
    source.pipe(webSocket(server)).subscribe();
    for (const row of makeRows(50)) source.next(row);
    source.complete();
    const some = await allRows(address(server), { columns: ["residual"], fromStep: 40 });
    assert.equal(
      some.map(({ step, columns, vectors, point }) => [step, columns.residual, vectors.spectrum, point]),
      Array.from({ length: 10 }, (_, k) => [40 + k, (40 + k) / 7, undefined, undefined]),
    );
    const [first] = await allRows(address(server), { columns: ["point"] });
    assert.equal(first!.point, Float64Array.of(0, 0));
    await assertRejects(
      allRows(address(server), { columns: ["residul"] }),
      "ERR_CONNECTION",
      /refuses.*no column residul/,
    );
  }));

test("does not look for the server again when whoever is told of the loss unsubscribes", async () => {
  const told: string[] = [];
  await new Promise<void>((resolve) => {
    void withServer(async (server) => {
      const subscription = connect(address(server), {
        onConnection: ({ kind }) => {
          told.push(kind);
          if (kind !== "lost") return;
          subscription.unsubscribe();
          setTimeout(resolve, 1500);
        },
      }).subscribe();
      while (told.length === 0) await pause(5);
    });
  });
  assert.equal(told, ["open", "lost"]);
});

test("closes its connection when it is unsubscribed", () =>
  withServer(async (server) => {
    const source = new Subject<Row>();
    source.pipe(webSocket(server)).subscribe();
    const run = makeRun();
    for (let step = 0; step < 300; step++) source.next(makeRow(run, step));
    // Within `next`, and from outside.
    assert.is((await lastValueFrom(connect(address(server)).pipe(take(7), toArray()))).length, 7);
    const subscription = connect(address(server)).subscribe();
    while (server.viewers === 0) await pause(5);
    subscription.unsubscribe();
    while (server.viewers > 0) await pause(5);
    // Before the handshake is over.
    connect(address(server)).subscribe().unsubscribe();
    await pause(50);
    assert.is(server.viewers, 0);
  }));

test("waits for a run of a server that has none yet, and names those that there are", () =>
  withServer(async (server) => {
    const early = allRows(address(server), { run: "later" });
    while (server.viewers === 0) await pause(5);
    const rowsOf = (name: string) => makeRows(5, makeRun({ name }));
    const feed = (rows: readonly Row[]): void => {
      const source = new Subject<Row>();
      source.pipe(webSocket(server)).subscribe();
      for (const row of rows) source.next(row);
      source.complete();
    };
    feed(rowsOf("later"));
    assertSameRows(await early, rowsOf("later"));
    await assertRejects(allRows(address(server), { run: "latter" }), "ERR_RUN_UNKNOWN", /Did you mean "later"/);
    feed(rowsOf("other"));
    await assertRejects(allRows(address(server)), "ERR_RUN_UNKNOWN", /the runs "later", "other"; name one/);
  }));

test("goes on without gap or duplicate where a proxy cuts at any byte", () =>
  withServer(
    async (server) => {
      let seed = 7;
      const random = (): number => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed / 2_147_483_647;
      };
      // Within the handshake and the list of runs, then within rows, in turn: pauses grow only while no rows come.
      const cutAfter = (k: number): number =>
        k >= 5 ? -1 : Math.floor(k % 2 === 0 ? 10 ** (5 + 0.7 * random()) : 10 ** (1 + 2 * random()));
      const proxy = await cuttingProxy(server.port, cutAfter);
      const source = new Subject<Row>();
      source.pipe(webSocket(server)).subscribe();
      const rows = makeRows(9000);
      const states: ConnectionState[] = [];
      const seen: Row[] = [];
      const done = new Promise<void>((resolve, reject) => {
        const onConnection = (state: ConnectionState): number => states.push(state);
        connect(address(server, proxy.port), { giveUpAfter: 60, onConnection }).subscribe({
          next: (row) => seen.push(row),
          error: reject,
          complete: resolve,
        });
      });
      for (let k = 0; k < rows.length; k += 300) {
        for (const row of rows.slice(k, k + 300)) source.next(row);
        await pause(20);
      }
      source.complete();
      await done;
      assertSameRows(seen, rows);
      assert.ok(proxy.connections > 3, `${proxy.connections} connections`);
      assert.ok(states.some(({ kind }) => kind === "lost"));
      await proxy.close();
    },
    { allowedHosts: ["127.0.0.1"] },
  ));

/** Rows of two attempts: the second goes on from step 60 after the first had come to step 100. */
const attempt = (number: number): Run => makeRun({ attempt: number });
const rowsFrom = (run: Run, from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, k) => makeRow(run, from + k, { value: 1000 * run.attempt + from + k }));

test("takes the rows of a new attempt after it had lost the connection", () =>
  withServer(
    async (server) => {
      const proxy = await cuttingProxy(server.port, () => -1);
      const feed = (rows: readonly Row[]): Subject<Row> => {
        const source = new Subject<Row>();
        source.pipe(webSocket(server)).subscribe();
        for (const row of rows) source.next(row);
        return source;
      };
      const first = feed(rowsFrom(attempt(1), 0, 100));
      const seen: Row[] = [];
      const done = new Promise<void>((resolve, reject) => {
        const url = address(server, proxy.port);
        connect(url).subscribe({ next: (row) => seen.push(row), error: reject, complete: resolve });
      });
      while (seen.length < 100) await pause(5);
      await proxy.close();
      first.complete();
      const second = feed(rowsFrom(attempt(2), 60, 130));
      const again = await cuttingProxy(server.port, () => -1, proxy.port);
      while (seen.length < 150) await pause(5);
      second.complete();
      await done;
      assertSameRows(seen, [...rowsFrom(attempt(1), 0, 100), ...rowsFrom(attempt(2), 60, 130)]);
      await again.close();
    },
    { allowedHosts: ["127.0.0.1"] },
  ));

test("a consumer that is not ready stops the rows, and memory stays bounded", () =>
  withServer(async (server) => {
    const run = makeRun();
    const source = new Subject<Row>();
    source.pipe(webSocket(server, { points: "all" })).subscribe();
    // 20 MB of points.
    const rows = Array.from({ length: 500 }, (_, step) =>
      makeRow(run, step, { point: new Float64Array(5000).fill(step) }),
    );
    for (const row of rows) source.next(row);
    source.complete();
    let working = false;
    let calls = 0;
    const states: ConnectionState[] = [];
    const seen: Row[] = [];
    await new Promise<void>((resolve, reject) => {
      connect(address(server), {
        onConnection: (state) => states.push(state),
        async ready() {
          working = true;
          await pause(calls++ < 2 ? 1000 : 1);
          working = false;
        },
      }).subscribe({
        next(row) {
          if (working) reject(new Error("a row came while the consumer worked"));
          seen.push(row);
        },
        error: reject,
        complete: resolve,
      });
    });
    assertSameRows(seen, rows);
    assert.ok(states.some((state) => state.kind === "lost" && /wait for the consumer/.test(state.reason)));
    const refusing = allRows(address(server), { ready: () => Promise.reject(new RangeError("mine")) });
    assert.is(await refusing.catch((error: Error) => error.message), "mine");
  }));

test("says which rows a server has dropped, and goes on where it is allowed to", () =>
  withServer(
    async (server) => {
      const source = new Subject<Row>();
      source.pipe(webSocket(server)).subscribe();
      const rows = makeRows(20_000);
      for (const row of rows) source.next(row);
      source.complete();
      await assertRejects(allRows(address(server)), "ERR_GAP", /steps 0 to \d+/);
      const gaps: Gap[] = [];
      const seen = await allRows(address(server), { onGap: (gap) => gaps.push(gap) });
      assert.is(gaps.length, 1);
      assertSameRows(seen, rows.slice(gaps[0]!.toStep + 1));
    },
    { memoryBytes: 300_000 },
  ));

test("refuses wrong arguments, and shows no token", () => {
  assertError(() => connect(undefined as never), "ERR_OPTION_TYPE", /the address that the server prints/);
  for (const url of ["", "127.0.0.1:4747", "ftp://a/?token=a-secret", "the/token=a-secret"]) {
    assertError(() => connect(url), "ERR_OPTION_RANGE", /^(?!.*a-secret)/);
  }
  assertError(() => connect("http://a/", { columns: [] }), "ERR_OPTION_TYPE", /with at least one/);
  assertError(() => connect("http://a/", { fromStep: 0.5 }), "ERR_OPTION_RANGE");
  assertError(() => connect("http://a/", { giveUpAfter: 0 }), "ERR_OPTION_RANGE");
  assertError(() => connect("http://a/", { token: "x" } as never), "ERR_OPTION_UNKNOWN");
});

test.run();
