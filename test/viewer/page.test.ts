import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { from, Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildViewer } from "../../scripts/buildViewer.ts";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { AppliedCommand, Row, Run } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import type { ViewerCommand, ViewerServer, ViewerServerOptions } from "../../src/server/createViewerServer.ts";
import { serveViewers } from "../../src/server/serveViewers.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { openChromium } from "../support/chromium.ts";
import { makeRow, makeRun } from "../support/rows.ts";

const page = suite("the page");

const relative = { relativeResidual: { meaning: "||J p + F|| / (||J|| ||p|| + ||F||)" } };
const browser = await openChromium();
const directory = mkdtempSync(join(tmpdir(), "fluxion-page-"));
if (browser === undefined) console.log("skipped: no Chromium on this machine (Debian: apt-get install chromium)");
else await buildViewer(directory);

/** A page of its own on a server of its own; fails if the page threw or broke its content security policy. */
async function withPage(
  act: (open: Page, server: ViewerServer) => Promise<void>,
  options: ViewerServerOptions = {},
): Promise<void> {
  if (browser === undefined) return;
  const server = await serveViewers({ pageDirectory: directory, ...options });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const open = await context.newPage();
  const complaints: string[] = [];
  open.on("pageerror", (error) => complaints.push(error.message));
  open.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("WebSocket")) complaints.push(message.text());
  });
  try {
    await open.goto(server.url);
    await act(open, server);
    assert.equal(complaints, []);
  } finally {
    await context.close();
    await server.close();
  }
}

/** A search that the test drives; obeys commands as the loop does, at its next step. */
function search(server: ViewerServer, name = "search", dimension = 5) {
  const run: Run = makeRun({ name, columns: relative });
  const rows = new Subject<Row>();
  rows.pipe(webSocket(server, { batch: { seconds: 0.02 } })).subscribe();
  let step = 0;
  let applied: AppliedCommand[] = [];
  return {
    emit(count: number, fields: (step: number) => Partial<Row> = () => ({})) {
      for (const end = step + count; step < end; step++) {
        const point = Float64Array.from({ length: dimension }, (_, i) => (i === 0 ? Math.cos(step) : Math.sin(step)));
        const columns = { relativeResidual: 1 / (2 + step) };
        const commands = applied.length === 0 ? undefined : applied;
        applied = [];
        rows.next(makeRow(run, step, { point, columns, vectors: {}, commands, ...fields(step) }));
      }
    },
    obey() {
      const taken: string[] = [];
      server.commandsFor(name).subscribe(({ type, reply, run: _, ...rest }) => {
        const outcome = { type, ...rest, step } as AppliedCommand;
        taken.push(type);
        applied.push(outcome);
        reply?.(outcome);
      });
      return taken;
    },
  };
}

async function shows(open: Page, selector: string, text: string | RegExp): Promise<void> {
  const found = open.locator(selector).filter({ hasText: text });
  await found.first().waitFor({ timeout: 10_000 });
}

page("waits for a run, shows its history when it comes, and then every new row", () =>
  withPage(async (open, server) => {
    await shows(open, ".waiting", "No run yet");
    const run = search(server);
    run.emit(50);
    await shows(open, "h1", "search");
    await shows(open, '[data-tile="step"]', /^49$/);
    for (const column of ["value", "squaredFieldNorm", "relativeResidual", "stepSize"]) {
      await open.locator(`[data-column="${column}"] canvas`).waitFor();
    }
    run.emit(25);
    await shows(open, '[data-tile="step"]', /^74$/);
    await shows(open, '[data-column="value"] output', "0.01333");
    await shows(open, "#connection", "connected");
  }),
);

page("draws a curve: the canvas of the squared norm is not empty, and changes as rows come", () =>
  withPage(async (open, server) => {
    const run = search(server);
    run.emit(30);
    await shows(open, '[data-tile="step"]', /^29$/);
    const canvas = open.locator('[data-column="squaredFieldNorm"] canvas');
    await open.waitForTimeout(300);
    const before = await canvas.screenshot();
    run.emit(300);
    await shows(open, '[data-tile="step"]', /^329$/);
    await open.waitForTimeout(300);
    assert.is.not(Buffer.compare(before, await canvas.screenshot()), 0);
    const inked = `(() => {
      const canvas = document.querySelector('[data-column="squaredFieldNorm"] canvas');
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 128) count++;
      return count;
    })()`;
    assert.ok(((await open.evaluate(inked)) as number) > 500);
  }),
);

page("draws a long run from a sample first, then asks once for all of it", () =>
  withPage(async (open, server) => {
    const asked: { readonly fromStep: number; readonly preview: boolean }[] = [];
    open.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        const { subscribe } = JSON.parse(String(payload));
        if (subscribe !== undefined) asked.push({ fromStep: subscribe.fromStep, preview: subscribe.preview });
      }),
    );
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
      const refined = (): boolean => asked.some(({ preview }) => !preview);
      for (let tries = 0; tries < 100 && !refined(); tries++) await open.waitForTimeout(50);
      await open.waitForTimeout(500);
      assert.equal(asked.slice(-2), [
        { fromStep: 0, preview: true },
        { fromStep: 0, preview: false },
      ]);
      assert.ok(await canvas.isVisible());
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

page("pauses, steps, resumes, sets a parameter, and asks before it stops", () =>
  withPage(async (open, server) => {
    const run = search(server);
    const taken = run.obey();
    run.emit(10);
    await open.locator('[data-command="pause"]').click();
    await shows(open, "h1 ~ .state", "paused");
    await shows(open, ".log", "pause, before step 10");
    await shows(open, '[data-command="pause"]', "Resume");
    await open.locator('[data-command="step"]').click();
    await shows(open, ".log", /step, before step 10/);
    await open.keyboard.press("Escape");
    await open.locator("h1").click();
    await open.keyboard.press(" ");
    await shows(open, "h1 ~ .state", "running");
    const field = open.locator('[data-setting="gradientStep.stepSize"]');
    await field.fill("-1");
    await field.press("Enter");
    assert.not.ok(taken.includes("set"));
    await field.fill("0.25");
    await field.press("Enter");
    await shows(open, ".log", "set gradientStep.stepSize = 0.25");
    const stop = open.locator('[data-command="stop"]');
    await stop.click();
    await shows(open, '[data-command="stop"]', "Stop for good?");
    assert.equal(taken, ["pause", "step", "resume", "set"]);
    await stop.click();
    await shows(open, ".log", "stop, before step 10");
    assert.equal(taken, ["pause", "step", "resume", "set", "stop"]);
  }),
);

page("says that a command waits for the end of a step, and does not give it twice", () =>
  withPage(async (open, server) => {
    search(server).emit(10);
    const waiting: ViewerCommand[] = [];
    server.commandsFor("search").subscribe((command) => waiting.push(command));
    await open.locator('[data-command="pause"]').click();
    await shows(open, '[data-command="pause"]', "Pausing …");
    await shows(open, ".log", "pause: after this step …");
    await open.locator("h1").click();
    await open.keyboard.press(" ");
    waiting[0]?.reply?.({ type: "pause", step: 10 });
    await shows(open, ".log", "pause, before step 10");
    await shows(open, '[data-command="pause"]', "Resume");
    assert.is(waiting.length, 1);
  }),
);

page("shows no controls where nobody obeys", () =>
  withPage(async (open, server) => {
    search(server).emit(10);
    await shows(open, '[data-tile="step"]', /^9$/);
    assert.not.ok(await open.locator('[data-command="pause"]').isVisible());
  }),
);

page("compares runs, told apart by letters and dashes as well as colours", () =>
  withPage(async (open, server) => {
    search(server, "first").emit(20);
    search(server, "second").emit(40);
    await shows(open, "h1", "second");
    await open.locator('[data-run="first"] .compare').check();
    await shows(open, '[data-column="value"] .legend li:nth-child(2)', "first");
    const dashes = await open
      .locator('[data-column="value"] .swatch line')
      .evaluateAll((lines) =>
        lines.map((line) =>
          (line as unknown as { getAttribute(name: string): string }).getAttribute("stroke-dasharray"),
        ),
      );
    assert.is(new Set(dashes).size, 2);
    const letters = await open.locator('[data-column="value"] .legend b').allTextContents();
    assert.equal(letters, ["A", "B"]);
    await open.locator('[data-run="first"] .choose').click();
    await shows(open, "h1", "first");
    await shows(open, '[data-tile="step"]', /^19$/);
  }),
);

page("shows where the runs of an experiment ended: loss against Morse index, and as a table", () =>
  withPage(async (open, server) => {
    const columns = { morseIndex: { meaning: "number of negative eigenvalues" } };
    for (const [name, index, value] of [
      ["one", 3, 5.25],
      ["two", 0, 4.5],
    ] as const) {
      const run = makeRun({ name, columns });
      const rows = [0, 1].map((step) => {
        const last = step === 1;
        const measured = { morseIndex: last ? index : undefined };
        return makeRow(run, step, { value, columns: measured, vectors: {}, status: last ? "converged" : "running" });
      });
      from(rows).pipe(webSocket(server)).subscribe();
    }
    const card = open.locator('[aria-label="End points"]');
    await card.locator("canvas").waitFor();
    await card.locator("summary").click();
    const cells = await card
      .locator("tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...(row as unknown as { cells: Iterable<{ textContent: string }> }).cells].map((cell) => cell.textContent),
        ),
      );
    assert.equal(cells, [
      ["one", "✓ converged", "1", "5.25", "0.25", "3"],
      ["two", "✓ converged", "1", "4.5", "0.25", "0"],
    ]);
    await card.getByRole("button", { name: "one" }).click();
    await shows(open, "h1", "one");
  }),
);

page("counts NaN instead of drawing a gap without a word", () =>
  withPage(async (open, server) => {
    search(server).emit(30, (step) => (step > 20 && step < 25 ? { squaredFieldNorm: Number.NaN } : {}));
    await shows(open, '[data-column="squaredFieldNorm"] .failures', "× 4 NaN");
  }),
);

page("draws the way through the plane where points are pairs, and no loss where there is no potential", () =>
  withPage(async (open, server) => {
    search(server, "game", 2).emit(60, () => ({ value: Number.NaN }));
    await open.locator('[aria-label="Trajectory"] canvas').waitFor();
    const label = await open.locator('[aria-label="Trajectory"] canvas').getAttribute("aria-label");
    assert.match(label ?? "", /game is at \(-?−?0\.\d+, −?0\.\d+\)/);
    assert.not.ok(await open.locator('[data-column="value"]').isVisible());
    await shows(open, '[data-tile="step"]', /^59$/);
  }),
);

page("draws two chosen coordinates of longer points, and the average beside them", () =>
  withPage(async (open, server) => {
    const columns = { average: { meaning: "uniform average of the points", kind: "vector" } } as const;
    const run = makeRun({ name: "game", columns });
    const rows = Array.from({ length: 40 }, (_, step) => {
      const point = Float64Array.from({ length: 4 }, (_, i) => (i + 1) * Math.cos(step / 5 + i));
      const average = Float64Array.of(0.5, 0.25, 0.125, 0.0625);
      return makeRow(run, step, {
        point,
        columns: {},
        vectors: { average },
        status: step === 39 ? "stopped" : "running",
      });
    });
    from(rows).pipe(webSocket(server)).subscribe();
    const card = open.locator('[aria-label="Trajectory"]');
    await card.locator("canvas").waitFor();
    const label = async (): Promise<string> => (await card.locator("canvas").getAttribute("aria-label")) ?? "";
    const last = (i: number): string =>
      String((i + 1) * Math.cos(39 / 5 + i))
        .slice(0, 5)
        .replace("-", "−");
    assert.match(await label(), /plane of z1 and z2;.*its average at \(0\.5, 0\.25\)/);
    const before = await card.locator("canvas").screenshot();
    await card.getByLabel("coordinate on the x axis").selectOption("z4");
    await card.getByLabel("coordinate on the y axis").selectOption("z3");
    const chosen = await label();
    assert.match(chosen, /plane of z4 and z3;.*its average at \(0\.0625, 0\.125\)/);
    assert.ok(chosen.includes(`game is at (${last(3)}`), `${chosen} without ${last(3)}`);
    assert.is.not(Buffer.compare(before, await card.locator("canvas").screenshot()), 0);
  }),
);

page("offers the entries of a short vector as charts, by the players' names where they are known", () =>
  withPage(async (open, server) => {
    const columns = { exploitability: { meaning: "each player's gain by a best response", kind: "vector" } } as const;
    const run = makeRun({ name: "game", columns, description: { players: ["row", "column"] } });
    const rows = Array.from({ length: 20 }, (_, step) => {
      const exploitability = Float64Array.of(1 / (step + 1), 0.75);
      const status = step === 19 ? "stopped" : "running";
      return makeRow(run, step, { columns: {}, vectors: { exploitability }, status });
    });
    from(rows).pipe(webSocket(server)).subscribe();
    const add = open.getByLabel("add a chart");
    await add.locator("option", { hasText: "exploitability of column" }).waitFor({ state: "attached" });
    await add.selectOption({ label: "exploitability of row" });
    await shows(open, '[data-column="exploitability.0"] h2', "exploitability of row");
    await shows(open, '[data-column="exploitability.0"] output', "0.05");
  }),
);

page("says that it is stale when the connection is lost, comes back, and fills in only what it missed", () =>
  withPage(async (open, server) => {
    search(server).emit(20);
    await shows(open, '[data-tile="step"]', /^19$/);
    await server.close();
    await shows(open, "#connection", /stale for \d+ s/);
    await open.locator("body.stale").waitFor();
    const { port, token } = server;
    const again = await serveViewers({ port, token, pageDirectory: directory });
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

page("takes the token out of its address, and can be loaded again without it", () =>
  withPage(async (open, server) => {
    search(server).emit(20);
    await shows(open, '[data-tile="step"]', /^19$/);
    assert.is(open.url(), `http://127.0.0.1:${server.port}/`);
    await open.reload();
    await shows(open, '[data-tile="step"]', /^19$/);
    assert.not.ok((await open.content()).includes(server.token));
    assert.is(await open.evaluate("document.cookie"), "");
  }),
);

page("shows no controls to those who may only read", () =>
  withPage(async (open, server) => {
    const { commands } = server;
    const listening = commands.subscribe();
    search(server).emit(20);
    const pause = open.locator("button", { hasText: /^Pause/ });
    await pause.waitFor({ state: "visible" });
    await open.goto(server.readUrl);
    await shows(open, '[data-tile="step"]', /^19$/);
    await pause.waitFor({ state: "hidden" });
    listening.unsubscribe();
  }),
);

page("says what to do when the token is wrong", () =>
  withPage(async (open, server) => {
    await open.goto(`http://127.0.0.1:${server.port}/?token=wrong-token`);
    await shows(open, "#banner", "open the address that the program printed");
  }),
);

page("changes axes and theme by the keyboard", () =>
  withPage(async (open, server) => {
    search(server).emit(20);
    await shows(open, '[data-tile="step"]', /^19$/);
    await shows(open, "#x-log", "x: log");
    await open.keyboard.press("l");
    await shows(open, "#x-log", "x: linear");
    await open.keyboard.press("y");
    await shows(open, '[data-column="value"] .toggle', "y: linear");
    await open.keyboard.press("t");
    await shows(open, "#theme", "Theme: light");
    await open.keyboard.press("?");
    await shows(open, "dialog[open]", "pause or resume");
  }),
);

page.after(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true, force: true });
});
page("shows the figures that the server draws", () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><style>rect { fill: teal }</style><rect width="60" height="40"/></svg>';
  const figures = {
    list: async () => [{ name: "loss-index", summary: "loss against index" }],
    svg: () => svg,
  };
  return withPage(
    async (open, server) => {
      search(server).emit(3);
      await open.getByRole("button", { name: "Draw figures" }).click();
      const image = open.getByRole("img", { name: "loss against index" });
      await image.waitFor();
      await open.waitForFunction("document.querySelector('.figures img')?.naturalWidth === 60");
      assert.match((await open.locator(".figures figcaption").textContent()) ?? "", /loss-index/);
    },
    { figures },
  );
});

page.run();
