/** The page is usable by everybody: axe-core finds no violation, and every control is reached and worked by keyboard. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { becomes, closeBrowser, search, settles, shows, withPage } from "../support/openPage.ts";
import { recordedRun } from "../support/recordedRun.ts";
import { makeRun } from "../support/rows.ts";

const page = suite("the page, for everybody");

/** Violations as axe-core says them, with the elements. */
async function violations(open: Page): Promise<readonly string[]> {
  await open.evaluate(axe.source);
  const { violations: found } = (await open.evaluate("axe.run()")) as axe.AxeResults;
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any[0]?.message}`),
  );
}

async function passes(open: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await open.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of [360, 800, 1400]) {
      await open.setViewportSize({ width, height: 900 });
      // Charts are drawn anew for the width.
      await open.waitForTimeout(100);
      assert.equal(await violations(open), [], `${colorScheme}, ${width} pixels`);
      const wide = (await open.evaluate("document.documentElement.scrollWidth")) as number;
      assert.ok(wide <= width, `${colorScheme}, ${width} pixels: the page is ${wide} wide`);
    }
  }
}

function finished(server: ViewerServer, name: string): void {
  server.hub.addFinished(makeRun({ name }), recordedRun(400), {
    status: "converged",
    step: 399,
    verdict: "critical point",
    meaning: "The field vanishes here.",
    because: "||F||^2 is 1e-20, at most 1e-16",
    index: 1,
  });
}

/** What is shown, and how a page gets there. */
const pages: Readonly<Record<string, (open: Page, server: ViewerServer) => Promise<void>>> = {
  async "the page without a run"(open) {
    await shows(open, ".waiting", "No run yet");
  },
  async "the live page"(open, server) {
    const run = search(server);
    run.obey();
    run.emit(200);
    await settles(open, 199);
  },
  async "the finished page"(open, server) {
    finished(server, "done");
    await shows(open, "#run h1", "done");
    await shows(open, '[data-tile="step"]', /^399$/);
  },
  async "a page with several runs"(open, server) {
    for (const name of ["first", "second", "third"]) finished(server, name);
    const run = search(server);
    run.emit(100);
    await shows(open, '[data-tile="step"]', /^(99|399)$/);
  },
};

for (const [what, prepare] of Object.entries(pages)) {
  page(`${what} has no violation in both themes at three widths`, () =>
    withPage(async (open, server) => {
      await prepare(open, server);
      await passes(open);
    }),
  );
}

/** Elements that a mouse can use, by their descriptions; those of one group of radio buttons count once. */
const controls = `(() => {
  const describe = (element) =>
    element.type === "radio" ? "radio " + element.name : element.outerHTML.replace(/ style="[^"]*"/g, "").slice(0, 120);
  globalThis.describeControl = describe;
  const all = [...document.querySelectorAll("button, select, input, textarea, a[href], summary, [role=button], [tabindex='0']")];
  return [...new Set(all.filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled &&
    element.closest("[inert]") === null).map(describe))];
})()`;

page("every control is reached by Tab, and worked by Enter, Space and arrows", () =>
  withPage(async (open, server) => {
    const run = search(server);
    const taken = run.obey();
    run.emit(200);
    await settles(open, 199);
    const wanted = (await open.evaluate(controls)) as string[];
    assert.ok(wanted.length > 10, wanted.join("\n"));
    const reached = new Set<string>();
    await open.evaluate("document.activeElement.blur()");
    for (let k = 0; k < 3 * wanted.length; k++) {
      await open.keyboard.press("Tab");
      reached.add((await open.evaluate("describeControl(document.activeElement)")) as string);
    }
    assert.equal(
      wanted.filter((control) => !reached.has(control)),
      [],
    );
    const pause = open.locator("button", { hasText: /^Pause/ }).first();
    await pause.focus();
    await open.keyboard.press("Enter");
    await becomes(open, async () => taken.includes("pause"), true);
  }),
);

page.after(closeBrowser);
page.run();
