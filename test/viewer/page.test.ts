/** The page in a real browser: runs, charts, history, and what it says when something is missing. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordRun } from "../../src/arrow/recorder.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import { serveViewers } from "../../src/server/serveViewers.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { becomes, closeBrowser, pageDirectory, search, settles, shows, withPage } from "../support/openPage.ts";
import { makeRow, makeRun } from "../support/rows.ts";

const page = suite("the page");

page("waits for a run, shows its history when it comes, and then every new row", () =>
  withPage(async (open, server) => {
    await shows(open, ".waiting", "No run yet");
    const run = search(server);
    run.emit(50);
    await shows(open, "#run h1", "search");
    await shows(open, '[data-tile="step"]', /^49$/);
    // A row that is higher than its place would make the list of a few runs scroll.
    const beyond = await open.evaluate<number>(
      `(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector(".run-list"))`,
    );
    assert.is(beyond, 0);
    for (const column of ["value", "squaredFieldNorm", "relativeResidual", "stepSize"]) {
      await open.locator(`[data-column="${column}"] canvas`).waitFor();
    }
    run.emit(25);
    await shows(open, '[data-tile="step"]', /^74$/);
    await shows(open, '[data-column="value"] output', "0.01333");
    await shows(open, "#connection", "connected");
  }),
);

page("lists the events of the run in focus, the newest first, and offers no chart of them", () =>
  withPage(async (open, server) => {
    const columns = { deepEvent: { meaning: "value<1:", event: "deep" }, residual: { meaning: "||J p + F||" } };
    const run = makeRun({ name: "watched", columns });
    const rows = Array.from({ length: 40 }, (_, step) =>
      makeRow(run, step, {
        columns: { residual: 1, deepEvent: step === 7 || step === 30 ? 0.5 : undefined },
        vectors: {},
      }),
    );
    from(rows).pipe(webSocket(server)).subscribe();
    await shows(open, "#run h1", "watched");
    await shows(open, ".events li:nth-child(1)", "deep at step 30: value<1: 0.5");
    await shows(open, ".events li:nth-child(2)", "deep at step 7: value<1: 0.5");
    await shows(open, ".events h2", /^Events$/);
    const charts = await open.locator("select.add option").allTextContents();
    assert.ok(charts.includes("Residual"), charts.join());
    assert.not.ok(charts.join().includes("deepEvent"), charts.join());
  }),
);

page("draws a curve: the canvas of the squared norm is not empty, and changes as rows come", () =>
  withPage(async (open, server) => {
    const run = search(server);
    run.emit(30);
    await settles(open, 29);
    const canvas = open.locator('[data-column="squaredFieldNorm"] canvas');
    const before = await canvas.screenshot();
    run.emit(300);
    await shows(open, '[data-tile="step"]', /^329$/);
    await becomes(open, async () => before.equals(await canvas.screenshot()), false);
    const inked = `(() => {
      const canvas = document.querySelector('[data-column="squaredFieldNorm"] canvas');
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 128) count++;
      return count;
    })()`;
    await becomes(open, async () => ((await open.evaluate(inked)) as number) > 500, true);
  }),
);

page("draws a long run from a sample first, then part by part, and says how much of it has been read", () =>
  withPage(async (open, server) => {
    const asked: { readonly columns: readonly string[]; readonly progressive: boolean }[] = [];
    let parts = 0;
    open.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => {
        const { subscribe } = JSON.parse(String(payload));
        if (subscribe !== undefined) asked.push({ columns: subscribe.columns, progressive: subscribe.progressive });
      });
      socket.on("framereceived", ({ payload }) => {
        if (String(payload).startsWith('{"part"')) parts++;
      });
    });
    await open.evaluate(`{
      globalThis.said = [];
      const look = () => {
        const text = document.querySelector(".thinned")?.textContent ?? "";
        if (text !== globalThis.said.at(-1)) globalThis.said.push(text);
      };
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    }`);
    const run = makeRun({ name: "long" });
    const place = mkdtempSync(join(tmpdir(), "fluxion-long-"));
    try {
      // One batch, which the sample leaves out, holds a peak.
      const peak = 10_003;
      const file = openSync(join(place, iteratesFileName(1)), "w");
      const recorder = recordRun(run, { batch: { rows: 10 }, sink: ({ bytes }) => void writeSync(file, bytes) });
      for (let step = 0; step < 20_000; step++) recorder.append(makeRow(run, step, { value: step === peak ? 1e9 : 1 }));
      recorder.close();
      closeSync(file);
      server.hub.addFinished(run, place, { status: "stopped" });
      await shows(open, '[data-tile="step"]', /^19.999$/);
      const canvas = open.locator('[data-column="value"] canvas');
      await shows(open, ".thinned", /of 20.000 rows are shown, spikes and NaN among them/);
      assert.ok(await canvas.isVisible());
      const said = (await open.evaluate("globalThis.said")) as string[];
      assert.ok(
        said.some((text) => /^reading/.test(text)),
        said.join("; "),
      );
      // The second time with the points, whose length it had to learn.
      assert.ok(asked.every(({ progressive }) => progressive));
      assert.equal(
        asked.slice(-2).map(({ columns }) => columns.includes("point")),
        [false, true],
      );
      assert.ok(parts > 1, `${parts} parts`);
      const requests = asked.length;
      await open.waitForTimeout(500);
      assert.is(asked.length, requests);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  }),
);

page("gives a viewer who comes late the whole history", () =>
  withPage(async (open, server) => {
    search(server).emit(400);
    await shows(open, '[data-tile="step"]', /^399$/);
    const late = await open.context().newPage();
    await late.goto(server.url);
    await shows(late, '[data-tile="step"]', /^399$/);
    await shows(late, '[data-column="value"] .plot', "");
    const label = await late.locator('[data-column="value"] .plot').getAttribute("aria-label");
    assert.match(label ?? "", /Loss against step \+ 1; search: 0.0025 at step 399/);
    // The first row is there as well: the axis begins at it.
    const box = (await late.locator('[data-column="value"] .u-over').boundingBox())!;
    await late.mouse.move(box.x + 1, box.y + 20);
    await shows(late, '[data-column="value"] output', /^1$/);
  }),
);

page("counts NaN instead of drawing a gap without a word", () =>
  withPage(async (open, server) => {
    search(server).emit(30, (step) => (step > 20 && step < 25 ? { squaredFieldNorm: Number.NaN } : {}));
    await shows(open, '[data-column="squaredFieldNorm"] .failures', "× 4 NaN");
  }),
);

page("says that it is stale when the connection is lost, comes back, and fills in only what it missed", () =>
  withPage(async (open, server) => {
    search(server).emit(20);
    // With the points, for which it asks anew; until they are there it has missed all rows.
    await settles(open, 19);
    await server.close();
    await shows(open, "#connection", /stale for \d+ s/);
    await open.locator("body.stale").waitFor();
    const { port, token } = server;
    const again = await serveViewers({ port, token, pageDirectory });
    try {
      search(again).emit(50, (step) => (step < 20 ? { value: 7 } : {}));
      await shows(open, '[data-tile="step"]', /^49$/);
      await shows(open, "#connection", "connected");
      const box = (await open.locator('[data-column="value"] .u-over').boundingBox())!;
      await open.mouse.move(box.x + 1, box.y + 20);
      await shows(open, '[data-column="value"] output', /^1$/);
    } finally {
      await again.close();
    }
  }),
);

page("asks for the points again, if the server was gone before it had told how long they are", () =>
  withPage(async (open, server) => {
    let asked = 0;
    await open.route("**/rows?*", (route) => (asked++ === 0 ? route.fulfill({ body: "" }) : route.continue()));
    search(server).emit(20);
    await becomes(open, async () => asked, 1);
    await shows(open, '[data-tile="step"]', /^19$/);
    await server.close();
    const { port, token } = server;
    const again = await serveViewers({ port, token, pageDirectory });
    try {
      search(again).emit(50);
      await settles(open, 49);
    } finally {
      await again.close();
    }
  }),
);

page.after(closeBrowser);
page.run();
