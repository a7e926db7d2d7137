/** Slices of the loss, asked for and shown by the page in a real browser. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { map, merge, of } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import type { ViewerServer } from "../../../src/server/createViewerServer.ts";
import { webSocket } from "../../../src/sinks/webSocket.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { sliceCommand } from "../../../src/streams/slices/sliceCommand.ts";
import type { Command } from "../../../src/streams/types.ts";
import { becomes, closeBrowser, search, shows, withPage } from "../../support/openPage.ts";

const page = suite("slices on the page");

/** A run that obeys, as `fluxion run` lets it, and pauses at its 20th step. */
function pausingRun(server: ViewerServer, problem: Problem = quartic()): { stop(): void } {
  const given = server
    .commandsFor("a")
    .pipe(map((one): Command => (one.type === "slice" ? { ...sliceCommand(one.asked), reply: one.reply! } : one)));
  const commands = merge(of({ type: "pause", step: 20 } as const), given);
  const run = iterate(problem, [1, 2], gradientStep(1e-6), { name: "a", commands })
    .pipe(webSocket(server, { batch: { seconds: 0.02 } }))
    .subscribe();
  return { stop: () => run.unsubscribe() };
}

const curves = (open: Page): Promise<string[]> =>
  open.locator(".slice").evaluateAll((all) => all.map((each) => each.getAttribute("data-along") ?? ""));

page("are taken from a live run by keyboard, drawn, described, and there again on a new page", () =>
  withPage(async (open, server) => {
    const run = pausingRun(server);
    await open.locator(".slice-panel summary").focus();
    await open.keyboard.press("Enter");
    for (const along of ["highest", "random"]) await open.locator(`[data-direction="${along}"]`).uncheck();
    await open.locator('[data-command="slice"]').focus();
    await open.keyboard.press("Enter");
    await shows(open, ".slice-state", /^before step [\d\s]+: \d+ evaluations, 2 products/);
    assert.equal(await curves(open), ["step", "gradient", "lowest"]);
    const spoken = (await open.locator('.slice[data-along="gradient"] svg').getAttribute("aria-label")) ?? "";
    assert.match(spoken, /^loss along −F, the way down: [\d.]+ here, least [\d.]+ at distance 0\.\d+$/);
    assert.match((await open.locator('.slice[data-along="lowest"]').textContent()) ?? "", /curvature −?[\d.]+/);
    const before = await open.locator(".slice-state").textContent();
    await open.evaluate(axe.source);
    for (const theme of ["light", "dark"] as const) {
      await open.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      const { violations } = (await open.evaluate("axe.run()")) as axe.AxeResults;
      assert.equal(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
        [],
      );
    }
    await open.locator('[data-command="step"]').click();
    await shows(open, '[data-tile="step"]', /^20$/);
    await open.reload();
    await becomes(open, () => curves(open), ["step", "gradient", "lowest"]);
    assert.is(await open.locator(".slice-state").textContent(), before);
    run.stop();
    await shows(open, ".slice-hint", /fluxion slice/);
    assert.not.ok(await open.locator('[data-command="slice"]').isVisible());
    assert.equal(await curves(open), ["step", "gradient", "lowest"]);
  }),
);

page("keep a gap where the loss is NaN, and show ||F||^2 where there is none", () => {
  const edge: Problem = {
    ...quartic(),
    evaluate: (z, field) => (z[1]! > 2.001 ? field.fill(Number.NaN)[0]! : quartic().evaluate(z, field)),
  };
  return withPage(async (open, server) => {
    const run = pausingRun(server, edge);
    await open.locator(".slice-panel summary").click();
    await open.locator('[data-command="slice"]').click();
    await shows(open, '.slice[data-along="gradient"]', /\d+ of 41 points are not finite/);
    run.stop();
  });
});

page("say what is wrong with a radius, and why the run refuses", () =>
  withPage(async (open, server) => {
    const run = search(server, "a");
    const asked: unknown[] = [];
    server.commandsFor("a").subscribe((command) => {
      asked.push(command.type === "slice" ? command.asked : command.type);
      command.reply?.({ type: "slice", step: 1, refused: "the point of the run is not finite" });
    });
    run.emit(5);
    await open.locator(".slice-panel summary").click();
    const radius = open.locator(".slice-controls input[type=text]");
    for (const wrong of ["-1", "0", "wide", "1e999"]) {
      await radius.fill(wrong);
      await radius.press("Enter");
      assert.not.ok(
        await radius.evaluate((field) => (field as unknown as { validity: { valid: boolean } }).validity.valid),
      );
    }
    assert.equal(asked, []);
    await radius.fill("2.5");
    await radius.press("Enter");
    await shows(open, ".slice-state", "refused: the point of the run is not finite");
    assert.equal(asked, [{ radius: 2.5 }]);
    for (const box of await open.locator("[data-direction]").all()) await box.uncheck();
    await open.locator('[data-command="slice"]').click();
    await shows(open, ".slice-state", "choose a direction at least");
    assert.is(asked.length, 1);
  }),
);

page.after(closeBrowser);
page.run();
