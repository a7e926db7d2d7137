/** The server is a process of its own: a run goes on whatever happens to it, and it ends with the process of the run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync } from "node:fs";
import { connect as connectSocket, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { Row } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import { createViewerServer, type ViewerServer } from "../../src/server/createViewerServer.ts";
import { makeGuard } from "../../src/server/guard.ts";
import { makeSupervisor } from "../../src/server/process/supervisor.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { isAlive, isOpen, reconnect, until } from "../support/processes.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";
import { withProcess } from "../support/serverProcess.ts";
import { connect, firstSteps, type Viewer } from "../support/viewer.ts";

const processes = suite("the process of the server");

/** Number of times that the server is killed in one test; more than four would wait for the next minute. */
const kills = Number(process.env.FLUXION_TEST_KILLS ?? 3);

processes("is started again on the same port with the same token, and knows everything, while the runs go on", () =>
  withProcess(async (server, warnings) => {
    const directory = scratchPath();
    mkdirSync(directory);
    const inFile = makeRun({ name: "in a file" });
    let name = "";
    const recorder = recordRun(inFile, {
      batch: { rows: 7 },
      sink(message) {
        appendFileSync(join(directory, iteratesFileName(1)), message.bytes);
        if (message.kind === "header") name = server.hub.open(inFile, message.bytes, { directory });
        if (message.kind !== "batch") return;
        server.hub.batch(name, message.bytes, message.firstStep, message.lastStep, message.rows);
      },
    });
    const inMemory = makeRun({ name: "in memory" });
    const rows = new Subject<Row>();
    rows.pipe(webSocket(server, { batch: { rows: 7 } })).subscribe();
    const passed: number[] = [];
    rows.subscribe((row) => passed.push(row.step));
    let step = 0;
    const emit = (count: number): void => {
      for (const end = step + count; step < end; step++) {
        recorder.append(makeRow(inFile, step));
        rows.next(makeRow(inMemory, step));
      }
    };
    emit(50);
    for (let round = 1; round <= kills; round++) {
      const viewer = await reconnect(server);
      viewer.send({ subscribe: { run: "in memory" } });
      await viewer.until(() => viewer.steps.length > 0, "rows");
      const before = server.processId!;
      process.kill(before, "SIGKILL");
      emit(50);
      await until(() => server.processId !== undefined && server.processId !== before, "new process");
      emit(50);
      assert.is(warnings.length, round);
      assert.match(warnings.at(-1)!, /has ended \(signal SIGKILL\); it is started again.*the run goes on/);
    }
    recorder.close();
    server.hub.close(name, { status: "stopped" });
    rows.next(makeRow(inMemory, step++, { status: "converged" }));
    assert.equal(passed, firstSteps(step));
    const viewer = await reconnect(server);
    for (const [run, count] of [
      ["in a file", step - 1],
      ["in memory", step],
    ] as const) {
      viewer.steps.length = 0;
      viewer.messages.length = 0;
      viewer.send({ subscribe: { run } });
      await viewer.message("ended");
      assert.equal(viewer.steps, firstSteps(count), run);
    }
    await until(() => server.viewers === 1, "count of viewers");
  }),
);

processes("costs a run nothing when it is stopped, and goes on afterwards", () =>
  withProcess(
    async (server) => {
      const run = makeRun();
      const rows = new Subject<Row>();
      rows.pipe(webSocket(server, { batch: { rows: 64 }, points: "all" })).subscribe();
      const point = new Float64Array(64);
      rows.next(makeRow(run, 0, { point }));
      process.kill(server.processId!, "SIGSTOP");
      const count = 20_000;
      // About 15 MB of rows: more than may be on the way, and more than memory keeps.
      for (let step = 1; step < count; step++) {
        rows.next(makeRow(run, step, { point, ...(step === count - 1 ? { status: "converged" } : {}) }));
        if (step % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      process.kill(server.processId!, "SIGCONT");
      const viewer = await reconnect(server);
      viewer.send({ subscribe: { run: "example" } });
      await viewer.message("ended");
      const missing = viewer.messages.flatMap((message) => ("gap" in message ? [message.gap] : []));
      const lost = missing.flatMap(({ fromStep, toStep }) => firstSteps(toStep + 1).slice(fromStep));
      assert.ok(lost.length > 0, "memory kept everything");
      assert.equal(
        [...lost, ...viewer.steps].sort((a, b) => a - b),
        firstSteps(count),
      );
    },
    { memoryBytes: 2 ** 20 },
  ),
);

processes("ends with the process that started it, and leaves the port free", async () => {
  const program = fileURLToPath(new URL("../support/programs/serveForever.ts", import.meta.url));
  // The leader of a group of processes, so that the group is empty once all that it started have ended.
  const child = spawn(process.execPath, [...process.execArgv, program], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  const { port, processId } = JSON.parse(String(line)) as { port: number; processId: number };
  assert.ok((await isOpen(port)) && isAlive(processId));
  child.kill("SIGKILL");
  await once(child, "exit");
  await until(async () => !(await isOpen(port)), "free port");
  await until(() => !isAlive(processId), "end of the server");
  await until(() => !isAlive(-child.pid!), "end of every process that was started");
  const again = createServer().listen(port, "127.0.0.1");
  await once(again, "listening");
  again.close();
});

processes("is started at most five times per minute if it dies at once, and not after it was given up", async () => {
  const agains: number[] = [];
  let starts = 0;
  const began = performance.now();
  const supervisor = makeSupervisor({
    guard: makeGuard((error) => {
      throw error;
    }),
    started() {
      starts++;
      process.kill(supervisor.processId!, "SIGKILL");
    },
    message: () => undefined,
    ended: (_, again) => agains.push(again),
  });
  supervisor.start();
  await until(() => agains.length === 5, "fifth end");
  assert.equal(agains.slice(0, 4), [0, 0, 0, 0]);
  // The sixth start waits until a minute has passed since the first one.
  const elapsed = performance.now() - began;
  assert.ok(agains[4]! <= 60_000 && agains[4]! >= 60_000 - elapsed - 1, `${agains[4]} ms, ${elapsed} ms have passed`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.is(starts, 5);
  assert.is(supervisor.processId, undefined);
  await supervisor.close();
  assert.is(starts, 5);
});

processes("keeps a place for viewers among 1,000 idle connections, with 400 descriptors", async () => {
  const program = fileURLToPath(new URL("../support/programs/serveForever.ts", import.meta.url));
  const command = [process.execPath, ...process.execArgv, program].map((word) => `'${word}'`).join(" ");
  const child = spawn("sh", ["-c", `ulimit -n 400; exec ${command}`], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  const { port, token, processId } = JSON.parse(String(line)) as { port: number; token: string; processId: number };
  const server = { port, token } as ViewerServer;
  let closed = 0;
  const idle = Array.from({ length: 1000 }, () => {
    const socket = connectSocket(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.on("close", () => closed++);
    socket.resume();
    return socket;
  });
  try {
    await until(() => closed > 900, "end of most idle connections");
    const viewer = await connect(server);
    viewer.send({ subscribe: { run: "example" } });
    await viewer.until(() => viewer.steps.length > 50, "rows");
    assert.equal(viewer.steps, firstSteps(viewer.steps.length));
    // Those that have said nothing are closed in time, and the viewer is not.
    await until(() => closed === 1000, "end of all idle connections");
    await viewer.message("heartbeat");
    assert.ok(isAlive(processId));
    viewer.socket.terminate();
  } finally {
    for (const socket of idle) socket.destroy();
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

processes("outlives requests that no client would send, and Ctrl-C", () =>
  withProcess(async (server) => {
    const before = server.processId!;
    for (const target of ["//", "/", "*", "http://[", "/stream?%"]) {
      const socket = connectSocket(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.end(
        `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      socket.resume();
      await once(socket, "close");
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(before, signal);
    await (await connect(server)).message("runs");
    assert.is(server.processId, before);
  }),
);

processes("passes commands and their replies, and what they changed survives a new start", () =>
  withProcess(async (server) => {
    const run = makeRun({ name: "a" });
    const rows = new Subject<Row>();
    rows.pipe(webSocket(server)).subscribe();
    rows.next(makeRow(run, 0));
    const obeyed: string[] = [];
    const listening = server.commandsFor("a").subscribe(({ type, reply }) => {
      obeyed.push(type);
      reply?.({ type: "pause", step: 3 });
    });
    const infoOf = (viewer: Viewer) =>
      viewer.messages
        .flatMap((message) => ("runs" in message ? message.runs : []))
        .findLast(({ name }) => name === "a");
    const first = await connect(server);
    await first.until(() => infoOf(first)?.steerable, "steerable run");
    first.send({ command: { run: "a", id: 1, type: "pause" } });
    assert.equal((await first.message("reply")).reply, { id: 1, run: "a", outcome: { type: "pause", step: 3 } });
    const before = server.processId!;
    process.kill(before, "SIGKILL");
    await until(() => server.processId !== undefined && server.processId !== before, "new process");
    const second = await reconnect(server);
    await second.until(() => infoOf(second)?.steerable && infoOf(second)?.paused, "paused run");
    listening.unsubscribe();
    await second.until(() => infoOf(second)?.steerable === false, "end of steering");
    assert.equal(obeyed, ["pause"]);
  }),
);

processes("asks for figures, and lets go of them when whoever asked has left or when the server closes", async () => {
  const signals: AbortSignal[] = [];
  let draw: ((titles: readonly { name: string; summary: string }[]) => void) | undefined;
  const figures = {
    list: (signal: AbortSignal) =>
      new Promise<readonly { name: string; summary: string }[]>((resolve, reject) => {
        signals.push(signal);
        draw = resolve;
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
    svg: (name: string) => (name === "rates" ? "<svg/>" : undefined),
  };
  await withProcess(
    async (server) => {
      const get = (path: string, signal?: AbortSignal) =>
        fetch(`http://127.0.0.1:${server.port}${path}?token=${server.token}`, signal === undefined ? {} : { signal });
      assert.is(await (await get("/figures/rates.svg")).text(), "<svg/>");
      assert.is((await get("/figures/other.svg")).status, 404);
      const leaving = new AbortController();
      const left = get("/figures", leaving.signal).catch(() => "left");
      await until(() => signals.length === 1, "drawing");
      leaving.abort();
      assert.is(await left, "left");
      await until(() => signals[0]!.aborted, "end of the drawing");
      const list = [get("/figures"), get("/figures")];
      await until(() => signals.length === 2, "second drawing");
      draw!([{ name: "rates", summary: "how fast" }]);
      for (const response of await Promise.all(list)) {
        assert.equal(await response.json(), { figures: [{ name: "rates", summary: "how fast" }] });
      }
      assert.is(signals.length, 2);
      void get("/figures").catch(() => undefined);
      await until(() => signals.length === 3, "third drawing");
    },
    { figures },
  );
  assert.ok(signals[2]!.aborted);
});

processes("asks for what is proved of ends", async () => {
  const proved = { ends: [], trouble: ["certificates.json is damaged"] };
  const certificates = () => proved;
  await withProcess(
    async (server) => {
      const response = await fetch(`http://127.0.0.1:${server.port}/certificates?token=${server.token}`);
      assert.equal(await response.json(), proved);
    },
    { certificates },
  );
});

processes("can be closed even if it is stopped", async () => {
  const server = await createViewerServer();
  const { processId } = server;
  process.kill(processId!, "SIGSTOP");
  await server.close();
  assert.not.ok(isAlive(processId!));
});

processes.run();
