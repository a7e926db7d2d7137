/** What the page says of a run: what it looks for, how far it is, what was found, why, and what to do next. */
import { from, Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { endClasses } from "../../src/operators/measures/explainEnd.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { becomes, closeBrowser, shows, withPage } from "../support/openPage.ts";
import { makeRow, makeRun } from "../support/rows.ts";

const page = suite("what the page says was found");

const columns = {
  relativeResidual: { meaning: "r" },
  relativeCokernelResidual: { meaning: "r_H" },
  relativeField: { meaning: "relative size of F" },
  morseIndex: { meaning: "number of negative eigenvalues" },
  indexTrusted: { meaning: "whether to trust it" },
  end: { meaning: "what the end is", kind: "category", values: endClasses },
} as const;

for (const [verdict, found, numbers, says] of [
  ["gradient-flat region", "Found: a gradient-flat region", [0.9998, 1.7e-4, 4e-4], ["no", "yes", "yes"]],
  ["critical point", "Found: a critical point", [1e-3, 0.2, 1e-9], ["yes", "no", "no"]],
  ["unfinished", "Ended: unfinished", [0.95, 0.2, 4e-4], ["no", "yes", "no"]],
] as const) {
  page(`tells of a ${verdict}: each number beside its threshold, and what to do next`, () =>
    withPage(async (open, server) => {
      const run = makeRun({ name: "ended", columns });
      const [r, rH, field] = numbers;
      const end = { morseIndex: 3, indexTrusted: 0, relativeField: field, end: endClasses.indexOf(verdict) };
      const solved = { relativeResidual: r, relativeCokernelResidual: rH };
      const blank = { morseIndex: undefined, indexTrusted: undefined, relativeField: undefined, end: undefined };
      const rows = [
        makeRow(run, 0, { columns: { ...solved, ...blank }, vectors: {} }),
        makeRow(run, 1, { columns: { ...solved, ...end }, vectors: {}, status: "stopped" }),
      ];
      from(rows).pipe(webSocket(server)).subscribe();
      await shows(open, ".verdict h2", found);
      await shows(open, ".verdict", "What to do next");
      const read = (): Promise<string[]> => open.locator(".verdict tbody td:last-child").allTextContents();
      assert.equal(
        (await read()).slice(0, 3).map((text) => text.split(": ")[1]),
        says,
      );
      await shows(open, ".verdict tbody", /Morse index3/);
      await shows(open, ".verdict tbody", /≤ 10⁻⁶.*> 0\.9.*< 5·10⁻⁴/);
      await becomes(open, async () => (await open.title()).includes(`${verdict}: ended`), true);
    }),
  );
}

page("says what a run looks for and how far it is, in the tab too, whose icon changes at the end", () =>
  withPage(async (open, server) => {
    const description = { seeks: "critical point", stepsMost: 200 };
    const run = makeRun({ name: "search", columns, description });
    const none = Object.fromEntries(Object.keys(columns).map((name) => [name, undefined]));
    const rows = new Subject<ReturnType<typeof makeRow>>();
    rows.pipe(webSocket(server, { batch: { seconds: 0.02 } })).subscribe();
    for (let step = 0; step <= 50; step++) {
      rows.next(makeRow(run, step, { columns: none, vectors: {}, seconds: step / 10 }));
    }
    await shows(open, ".verdict h2", "Looking for a critical point");
    await shows(open, ".verdict", /Step 50 of at most 200, at most about 15 s left/);
    await becomes(open, () => open.title(), "▶ 25 % search · fluxion");
    const icon = (): Promise<string | null> => open.locator("link[rel=icon]").getAttribute("href");
    const during = await icon();
    rows.next(makeRow(run, 51, { columns: { ...none, end: 0 }, vectors: {}, status: "converged" }));
    rows.complete();
    await becomes(open, () => open.title(), "✓ critical point: search · fluxion");
    assert.is.not(await icon(), during);
  }),
);

page("says nothing of a run that seeks nothing and was not judged", () =>
  withPage(async (open, server) => {
    const run = makeRun({ name: "plain" });
    from([makeRow(run, 0), makeRow(run, 1, { status: "stopped" })])
      .pipe(webSocket(server))
      .subscribe();
    await shows(open, '[data-tile="step"]', /^1$/);
    assert.not.ok(await open.locator(".verdict").isVisible());
  }),
);

page.after(closeBrowser);
page.run();
