/** The table of runs and the histogram of their ends, in a real browser. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { iteratesFileName } from "../../../src/arrow/runFile.ts";
import type { ViewerServer } from "../../../src/server/createViewerServer.ts";
import { becomes, closeBrowser, search, shows, withPage } from "../../support/openPage.ts";
import { makeRow, makeRun } from "../../support/rows.ts";
import { streamOf } from "../../support/streams.ts";

const page = suite("the table of runs");

/** Serves runs that are over: of every third one the end is flat, and loss and index grow. */
async function withRuns(count: number, act: (open: Page, server: ViewerServer) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "fluxion runs-"));
  try {
    await withPage(async (open, server) => {
      const run = makeRun();
      const rows = [makeRow(run, 0), makeRow(run, 1, { status: "converged" })];
      writeFileSync(join(directory, iteratesFileName(1)), streamOf(rows, [2]).bytes);
      for (let i = 0; i < count; i++) {
        const verdict = i % 3 === 2 ? "gradient-flat region" : "critical point";
        const ending = { status: "converged", step: 1, value: (7 * i) % count, index: i % 4, verdict } as const;
        const name = server.hub.addFinished(makeRun({ name: `search-${i}` }), directory, ending);
        server.hub.describe(name, { seed: i, ...(i === 5 ? { tags: "paper good" } : {}) });
      }
      await open.locator(".run-table").waitFor();
      await act(open, server);
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const namesOf = (open: Page): Promise<(string | null)[]> => {
  return open.locator(".run-row[data-row]").evaluateAll((rows) =>
    rows
      .map((row) => [Number(row.getAttribute("aria-rowindex")), row.getAttribute("data-row")] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, name]) => name),
  );
};
const firstName = async (open: Page): Promise<string | null | undefined> => (await namesOf(open))[0];

page("shows many runs by few elements, sorts by a click on a heading, and finds by words and conditions", () =>
  withRuns(3000, async (open) => {
    await shows(open, ".run-table h2", /^3.000 runs$/);
    assert.ok((await namesOf(open)).length < 60);
    assert.ok((await open.locator("#runs .entry").count()) < 60);
    assert.is(await open.locator('[role="grid"]').getAttribute("aria-rowcount"), "3001");
    await open.locator('[data-sort="loss"]').click();
    await becomes(open, () => firstName(open), "search-0");
    await open.locator('[data-sort="loss"]').click();
    // 7 i = 2999 mod 3000.
    await becomes(open, () => firstName(open), "search-857");
    await becomes(open, () => open.locator('[role="columnheader"][aria-sort="descending"]').count(), 1);
    await open.locator('[data-sort="loss"]').click();
    await becomes(open, () => firstName(open), "search-0");
    await open.locator("#run-filter").fill('index>=2 loss<20 verdict="critical point"');
    await shows(open, "#run-filter-state", /^\d+ runs? (is|are) found$/);
    for (const name of await namesOf(open)) {
      const i = Number(name?.slice(7));
      assert.ok(i % 4 >= 2 && (7 * i) % 3000 < 20 && i % 3 !== 2, name ?? "");
    }
    await open.locator("#run-filter").fill("tags=paper");
    await becomes(open, () => namesOf(open), ["search-5"]);
    await shows(open, ".run-row .tag", "good");
    await open.locator("#run-filter").fill("los<1");
    await shows(open, "#run-filter-state", 'there is no column "los". Did you mean "loss"?');
    await becomes(open, () => open.locator("#run-filter").getAttribute("aria-invalid"), "true");
    await open.locator("#run-filter").press("Escape");
    await shows(open, ".run-table h2", /^3.000 runs$/);
  }),
);

page("scrolls to the last run, and keeps up with the list beside it", () =>
  withRuns(3000, async (open) => {
    await open.locator(".run-frame").evaluate((frame) => frame.scrollTo(0, frame.scrollHeight));
    await open.locator('[data-row="search-2999"]').waitFor();
    assert.is(await open.locator('[data-row="search-0"]').count(), 0);
    await open.locator(".run-list").evaluate((frame) => frame.scrollTo(0, frame.scrollHeight));
    await open.locator('#runs [data-run="search-2999"]').waitFor();
  }),
);

page("is worked by keyboard: rows are gone through, looked at, shown in the charts and hidden again", () =>
  withRuns(200, async (open) => {
    await open.locator('.run-row[data-row="search-0"]').focus();
    const at = (): Promise<string | undefined> =>
      open.evaluate("document.activeElement.dataset.row") as Promise<string | undefined>;
    for (const [key, name] of [
      ["ArrowDown", "search-1"],
      ["End", "search-199"],
      ["ArrowUp", "search-198"],
      ["Home", "search-0"],
      ["ArrowUp", "search-0"],
    ] as const) {
      await open.keyboard.press(key);
      await becomes(open, at, name);
    }
    await open.keyboard.press("ArrowDown");
    await open.keyboard.press("Enter");
    await shows(open, "#run h1", "search-1");
    await open.keyboard.press("ArrowDown");
    await open.keyboard.press(" ");
    await shows(open, '[data-column="squaredFieldNorm"] .legend li:nth-child(2)', "search-2");
    await becomes(open, () => open.locator('[data-row="search-2"]').getAttribute("aria-selected"), "true");
    await open.keyboard.press(" ");
    await becomes(open, () => open.locator('[data-row="search-2"]').getAttribute("aria-selected"), "false");
    await becomes(open, at, "search-2");
    // Elsewhere on the page keys go to the field and the table.
    await open.locator("#run h1").click();
    await open.keyboard.press("/");
    await becomes(open, () => open.evaluate("document.activeElement.id"), "run-filter");
    await open.locator("#run h1").click();
    await open.keyboard.press("r");
    await becomes(open, () => open.locator(".run-table").isVisible(), false);
    await open.keyboard.press("r");
    await becomes(open, () => open.locator(".run-table").isVisible(), true);
  }),
);

page("shows the columns that a person chooses, and remembers them", () =>
  withRuns(20, async (open) => {
    const headings = (): Promise<string[]> => open.locator("[data-sort]").allTextContents();
    assert.ok((await headings()).includes("seed"));
    await open.locator(".columns summary").click();
    await open.locator(".column-list").getByLabel("seed").uncheck();
    await becomes(open, async () => (await headings()).includes("seed"), false);
    await open.reload();
    await open.locator(".run-table").waitFor();
    assert.not.ok((await headings()).includes("seed"));
  }),
);

page("draws how many ended where, and keeps the runs of a bar on a click", () =>
  withRuns(60, async (open) => {
    const card = open.locator('[aria-label="Ends of runs"]');
    await card.getByLabel("column of the histogram").selectOption("index");
    const bars = card.locator(".bar");
    await becomes(open, () => bars.count(), 4);
    assert.is(
      await bars.nth(2).getAttribute("aria-label"),
      "index 2: 15 runs (10 critical point or converged, 5 gradient-flat or stagnated)",
    );
    await bars.nth(2).click();
    assert.is(await open.locator("#run-filter").inputValue(), "index=2");
    await shows(open, ".run-table h2", "15 of 60 runs");
    await becomes(open, () => bars.count(), 1);
  }),
);

page("takes runs as they come and end, while the list is sorted and filtered", () =>
  withPage(async (open, server) => {
    const one = search(server, "one");
    one.emit(3);
    await shows(open, "#run h1", "one");
    await open.locator("#run-filter").fill("two");
    await shows(open, "#run-filter-state", "0 runs are found");
    search(server, "two").emit(5);
    await shows(open, '#runs [data-run="two"] .state', "running");
    assert.is(await open.locator('#runs [data-run="one"]').count(), 0);
    one.emit(1, () => ({ status: "converged" }));
    await open.locator("#run-filter").fill("");
    await shows(open, '#runs [data-run="one"] .state', "converged");
  }),
);

page.after(closeBrowser);
page.run();
