/** Steering, rights and keys, on the page in a real browser. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ViewerCommand } from "../../src/server/createViewerServer.ts";
import { closeBrowser, search, settles, shows, withPage } from "../support/openPage.ts";

const page = suite("control by the page");

page("pauses, steps, resumes, sets a parameter, and asks before it stops", () =>
  withPage(async (open, server) => {
    const run = search(server);
    const taken = run.obey();
    run.emit(10);
    await settles(open, 9);
    await open.locator('[data-command="pause"]').click();
    await shows(open, "h1 ~ .state", "paused");
    await shows(open, ".log", "pause, before step 10");
    await shows(open, '[data-command="pause"]', "Resume");
    await open.locator('[data-command="step"]').click();
    await shows(open, ".log", /step, before step 10/);
    await open.keyboard.press("Escape");
    await open.locator("#run h1").click();
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
    await settles(open, 9);
    await open.locator('[data-command="pause"]').click();
    await shows(open, '[data-command="pause"]', "Pausing …");
    await shows(open, ".log", "pause: after this step …");
    await open.locator("#run h1").click();
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

page("takes the token out of its address, and can be loaded again without it", () =>
  withPage(async (open, server) => {
    search(server).emit(20);
    await shows(open, '[data-tile="step"]', /^19$/);
    assert.is(open.url().split("#")[0], `http://127.0.0.1:${server.port}/`);
    assert.not.ok(open.url().includes(server.token));
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

page.after(closeBrowser);
page.run();
