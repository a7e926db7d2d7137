import { Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { AppliedCommand, Row } from "../../src/arrow/row.ts";
import type { ViewerCommand, ViewerServer } from "../../src/server/createViewerServer.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { connect, type Viewer, withServer } from "../support/viewer.ts";

const commands = suite("commands");

function openRun(server: ViewerServer, name: string): { readonly end: () => void } {
  const run = makeRun({ name });
  const rows = new Subject<Row>();
  rows.pipe(webSocket(server, { batch: { seconds: 0.01 } })).subscribe();
  rows.next(makeRow(run, 0));
  return { end: () => rows.next(makeRow(run, 1, { status: "converged" })) };
}

async function outcome(viewer: Viewer, id: number): Promise<AppliedCommand> {
  const found = await viewer.until(
    () =>
      viewer.messages.flatMap((message) => ("reply" in message && message.reply.id === id ? [message.reply] : []))[0],
    `reply ${id}`,
  );
  return found.outcome;
}

/** What the list of runs says last. */
function infoOf(viewer: Viewer, name: string) {
  const lists = viewer.messages.flatMap((message) => ("runs" in message ? [message.runs] : []));
  return lists.at(-1)?.find((run) => run.name === name);
}

commands("reach whoever obeys, as plain commands, and are answered", () =>
  withServer(async (server) => {
    openRun(server, "a");
    const taken: ViewerCommand[] = [];
    server.commands.subscribe((command) => {
      taken.push(command);
      const { type, run: _, reply, ...rest } = command;
      reply?.({ type, ...rest, step: 7 } as AppliedCommand);
    });
    const viewer = await connect(server);
    for (const [id, command] of [
      { type: "pause" },
      { type: "step", count: 3 },
      { type: "step" },
      { type: "set", setting: "gradientStep.stepSize", value: 0.2 },
      { type: "resume" },
      { type: "checkpoint" },
      { type: "stop" },
    ].entries()) {
      viewer.send({ command: { run: "a", id, ...command } });
      assert.equal(await outcome(viewer, id), { ...command, step: 7 });
      const { reply: _, ...plain } = taken.at(-1)!;
      assert.equal(plain, { ...command, run: "a" });
    }
  }),
);

commands("change what the list of runs shows, once they took effect", () =>
  withServer(async (server) => {
    openRun(server, "a");
    const replies: ((outcome: AppliedCommand) => void)[] = [];
    const listening = server.commands.subscribe(({ reply }) => replies.push(reply!));
    const viewer = await connect(server);
    await viewer.until(() => infoOf(viewer, "a")?.steerable, "steerable run");
    viewer.send({ command: { run: "a", type: "pause" } });
    await viewer.until(() => replies.length === 1, "command");
    assert.is(infoOf(viewer, "a")?.paused, false);
    replies[0]!({ type: "pause", step: 3 });
    await viewer.until(() => infoOf(viewer, "a")?.paused === true, "pause");
    viewer.send({ command: { run: "a", type: "set", setting: "gradientStep.stepSize", value: 0.5 } });
    await viewer.until(() => replies.length === 2, "command");
    replies[1]!({ type: "set", setting: "gradientStep.stepSize", value: 0.5, step: 3 });
    await viewer.until(() => infoOf(viewer, "a")?.settings?.["gradientStep.stepSize"]?.value === 0.5, "new value");
    listening.unsubscribe();
    await viewer.until(() => infoOf(viewer, "a")?.steerable === false, "end of steering");
  }),
);

commands("for one run do not reach another", () =>
  withServer(async (server) => {
    openRun(server, "a");
    openRun(server, "b");
    const taken: string[] = [];
    server.commandsFor("a").subscribe(({ run, reply }) => {
      taken.push(run);
      reply?.({ type: "pause", step: 1 });
    });
    const viewer = await connect(server);
    await viewer.until(() => infoOf(viewer, "a")?.steerable, "steerable run");
    assert.is(infoOf(viewer, "b")?.steerable, false);
    viewer.send({ command: { run: "b", id: 1, type: "pause" } });
    assert.match((await outcome(viewer, 1)).refused ?? "", /nobody obeys commands for the run "b"/);
    viewer.send({ command: { run: "a", id: 2, type: "pause" } });
    assert.equal(await outcome(viewer, 2), { type: "pause", step: 1 });
    assert.equal(taken, ["a"]);
  }),
);

commands("are refused for a run that is over, and when it ends before they took effect", () =>
  withServer(async (server) => {
    const run = openRun(server, "a");
    let late: ((outcome: AppliedCommand) => void) | undefined;
    server.commands.subscribe(({ reply }) => {
      late = reply;
    });
    const viewer = await connect(server);
    viewer.send({ command: { run: "a", id: 1, type: "pause" } });
    await viewer.until(() => late, "command");
    run.end();
    assert.match((await outcome(viewer, 1)).refused ?? "", /the run "a" ended before this took effect/);
    late?.({ type: "pause", step: 1 });
    viewer.send({ command: { run: "a", id: 2, type: "pause" } });
    assert.match((await outcome(viewer, 2)).refused ?? "", /the run "a" is over/);
    assert.is(viewer.messages.filter((message) => "reply" in message).length, 2);
    assert.is(infoOf(viewer, "a")?.paused, false);
  }),
);

commands("for a run that nobody knows close the connection with 4404", () =>
  withServer(async (server) => {
    const viewer = await connect(server);
    viewer.send({ command: { run: "a", type: "pause" } });
    assert.is((await viewer.closed).code, 4404);
  }),
);

commands.run();
