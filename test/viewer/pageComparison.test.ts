/** Several runs, end points, trajectories, players and figures, on the page in a real browser. */
import type { Locator } from "playwright-core";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c, hex } from "../../src/arrow/checks/checksum.ts";
import type { EndCertificates } from "../../src/server/messages.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { becomes, closeBrowser, search, settles, shows, withPage } from "../support/openPage.ts";
import { makeRow, makeRun } from "../support/rows.ts";

const page = suite("runs beside each other on the page");

/** Texts of a table's cells, row after row. */
const cellsOf = (card: Locator): Promise<string[][]> =>
  card
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...(row as unknown as { cells: Iterable<{ textContent: string }> }).cells].map((cell) => cell.textContent),
      ),
    );

page("compares runs, told apart by letters and dashes as well as colours", () =>
  withPage(async (open, server) => {
    search(server, "first").emit(20);
    search(server, "second").emit(40);
    await shows(open, "#run h1", "second");
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
    await shows(open, "#run h1", "first");
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
    await card.getByText("Table", { exact: true }).click();
    await becomes(open, () => cellsOf(card), [
      ["one", "✓ converged", "1", "5.25", "0.25", "3"],
      ["two", "✓ converged", "1", "4.5", "0.25", "0"],
    ]);
    await card.getByRole("button", { name: "one" }).click();
    await shows(open, "#run h1", "one");
  }),
);

page("marks end points by the verdict on the search, and doubts an index that is not trusted", () =>
  withPage(async (open, server) => {
    const values = ["critical point", "gradient-flat region", "stagnated"];
    const columns = {
      morseIndex: { meaning: "number of negative eigenvalues" },
      end: { meaning: "what the end of the run is", kind: "category", values },
      indexTrusted: { meaning: "1: the index is that of a critical point" },
      certified: { meaning: "1: a zero is proved, -1: none is near, proved" },
      certifiedRadius: { meaning: "distance within which the zero lies" },
      certifiedShare: { meaning: "distance of the centre from the iterate" },
      excludedRadius: { meaning: "distance within which there is no zero" },
    } as const;
    // The status says how the loop ended, and the verdict what was found there.
    for (const [name, status, end, indexTrusted, certified] of [
      ["sure", "converged", 0, 1, 1],
      ["doubtful", "converged", 0, 0, undefined],
      ["flat", "converged", 1, 0, -1],
      ["stuck", "stagnated", 2, 0, 0],
      // The zero that is proved there lies elsewhere.
      ["far", "stagnated", 1, 0, 1],
    ] as const) {
      const run = makeRun({ name, columns });
      const radii = {
        certifiedRadius: certified === 1 ? 1.2345e-12 : undefined,
        certifiedShare: name === "far" ? 0.05 : undefined,
        excludedRadius: 0.012346,
      };
      const measured = { morseIndex: 2, end, indexTrusted, certified, ...(certified === undefined ? {} : radii) };
      const rows = [
        makeRow(run, 0, { columns: {}, vectors: {} }),
        makeRow(run, 1, { value: 2, columns: measured, vectors: {}, status }),
      ];
      from(rows).pipe(webSocket(server)).subscribe();
    }
    const card = open.locator('[aria-label="End points"]');
    await shows(open, '[aria-label="End points"] .hint', "● critical point   ◻ gradient-flat region   ◯ stagnated");
    await card.getByText("Table", { exact: true }).click();
    await becomes(
      open,
      async () => (await cellsOf(card)).map(([name, verdict, , , , index]) => [name, verdict, index]),
      [
        ["sure", "● critical point (proved)", "2"],
        ["doubtful", "● critical point", "2 (doubtful)"],
        ["flat", "◻ gradient-flat region (proved)", "2"],
        ["stuck", "◯ stagnated", "2"],
        ["far", "◻ gradient-flat region (proved)", "2"],
      ],
    );
    const titles = await card
      .locator("td.state")
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute("title")));
    assert.equal(titles, [
      "proved: one zero of F lies within 1.235 × 10⁻¹²",
      null,
      "proved: no zero of F lies within 0.01234 of it",
      null,
      "proved: no zero of F lies within 0.01234 of it",
    ]);
  }),
);

page("marks what certificates prove that are made after the runs, of the ends that they are about", () => {
  const point = Float64Array.of(0.5, -0, 3);
  const ofPoint = hex(crc32c(new Uint8Array(point.buffer)));
  let certificates: EndCertificates = { ends: [], trouble: [] };
  return withPage(
    async (open, server) => {
      for (const name of ["zero", "none", "stale", "undecided"]) {
        const run = makeRun({ name, columns: {} });
        const rows = [0, 1].map((step) =>
          makeRow(run, step, {
            point,
            value: 2,
            columns: {},
            vectors: {},
            status: step === 1 ? "converged" : "running",
          }),
        );
        from(rows).pipe(webSocket(server)).subscribe();
      }
      await shows(open, "#run h1", "undecided");
      const card = open.locator('[aria-label="End points"]');
      assert.not.ok(await card.isVisible());
      certificates = {
        ends: [
          { run: "zero", point: ofPoint, outcome: "zero", text: "One zero lies near.", morseIndex: 4 },
          { run: "none", point: ofPoint, outcome: "none", text: "No zero lies near." },
          // The run went on after it was certified.
          { run: "stale", point: "00000000", outcome: "zero", text: "One zero lay near.", morseIndex: 4 },
          { run: "undecided", point: ofPoint, outcome: "undecided", text: "Too far." },
        ],
        trouble: ["that file is damaged"],
      };
      await open.evaluate(() => (globalThis as unknown as EventTarget).dispatchEvent(new Event("focus")));
      await card.getByText("Table", { exact: true }).click();
      await becomes(
        open,
        async () => (await cellsOf(card)).map(([name, verdict, , , , index]) => [name, verdict, index]),
        [
          ["zero", "● critical point (proved)", "4"],
          ["none", "◯ no critical point (proved)", "–"],
          ["undecided", "✓ converged (undecided)", "–"],
        ],
      );
      await shows(
        open,
        '[aria-label="End points"] .hint:nth-of-type(2)',
        "1 proved critical, 1 proved not to be near a critical point, 1 undecided; that file is damaged",
      );
      assert.is(await card.locator("td.state").first().getAttribute("title"), "One zero lies near.");
    },
    { certificates: () => certificates },
  );
});

page("draws the way through the plane where points are pairs, and no loss where there is no potential", () =>
  withPage(async (open, server) => {
    search(server, "game", 2).emit(60, () => ({ value: Number.NaN }));
    await open.locator('[aria-label="Trajectory"] canvas').waitFor();
    const label = open.locator('[aria-label="Trajectory"] canvas');
    const isAt = /game is at \(-?−?0\.\d+, −?0\.\d+\)/;
    await becomes(open, async () => isAt.test((await label.getAttribute("aria-label")) ?? ""), true);
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
    const says = (text: RegExp): Promise<void> => becomes(open, async () => text.test(await label()), true);
    await says(/plane of z1 and z2;.*its average at \(0\.5, 0\.25\)/);
    await becomes(open, async () => (await label()).includes(`game is at (${last(0)}`), true);
    const before = await card.locator("canvas").screenshot();
    await card.getByLabel("coordinate on the x axis").selectOption("z4");
    await card.getByLabel("coordinate on the y axis").selectOption("z3");
    await says(/plane of z4 and z3;.*its average at \(0\.0625, 0\.125\)/);
    await becomes(open, async () => (await label()).includes(`game is at (${last(3)}`), true);
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
    await add.selectOption({ label: "Each player's gain by a best response: row · exploitability of row" });
    await shows(open, '[data-column="exploitability.0"] h2', "Each player's gain by a best response: row");
    await shows(open, '[data-column="exploitability.0"] .internal', "exploitability of row");
    await shows(open, '[data-column="exploitability.0"] output', "0.05");
  }),
);

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
      await settles(open, 2);
      await open.getByRole("button", { name: "Draw figures" }).click();
      const image = open.getByRole("img", { name: "loss against index" });
      await image.waitFor();
      await open.waitForFunction("document.querySelector('.figures img')?.naturalWidth === 60");
      assert.match((await open.locator(".figures figcaption").textContent()) ?? "", /loss-index/);
    },
    { figures },
  );
});

page.after(closeBrowser);
page.run();
