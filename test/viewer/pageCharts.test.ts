/** What a person does with charts: smooth, read, choose the x axis, save, pass on as a link, join seeds. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { becomes, closeBrowser, search, settles, shows, withPage } from "../support/openPage.ts";
import { makeRow, makeRun } from "../support/rows.ts";

const page = suite("charts of the page");
const loss = '[data-column="value"]';
const lossAt = (step: number): number => 1 + (step % 2) / 2 + 1 / (1 + step);

/** A run of 60 rows that is over; its losses zigzag. */
function zigzag(server: ViewerServer, name = "zigzag", factor = 1, description: object = {}): void {
  const run = makeRun({ name, columns: {}, description: { problem: "zigzag", ...description } });
  const rows = Array.from({ length: 60 }, (_, step) =>
    makeRow(run, step, {
      value: factor * lossAt(step),
      columns: {},
      vectors: {},
      status: step === 59 ? "converged" : "running",
    }),
  );
  from(rows).pipe(webSocket(server)).subscribe();
}

/** Text of a file that a button of the chart's menu saves. */
async function saved(open: Page, chart: string, kind: "SVG" | "PNG" | "CSV"): Promise<{ name: string; path: string }> {
  await open.locator(`${chart} .save summary`).click();
  const [download] = await Promise.all([
    open.waitForEvent("download"),
    open.locator(`${chart} .save`).getByRole("button", { name: kind }).click(),
  ]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

page("smooths curves, keeps the raw line behind, and says both at the cursor", () =>
  withPage(async (open, server) => {
    zigzag(server);
    await settles(open, 59);
    const before = await open.locator(`${loss} canvas`).screenshot();
    await open.getByLabel("smoothing").focus();
    for (let press = 0; press < 20; press++) await open.keyboard.press("ArrowRight");
    await shows(open, ".view-controls output", "10 % of the width");
    // The canvas is another one where the chart is made again.
    const isSame = (): Promise<boolean> =>
      open
        .locator(`${loss} canvas`)
        .screenshot()
        .then(
          (now) => now.equals(before),
          () => true,
        );
    await becomes(open, isSame, false);
    await open.locator(loss).focus();
    await open.keyboard.press("Shift+ArrowLeft");
    await shows(open, `${loss} .place`, /^step 59$/);
    await open.keyboard.press("Shift+ArrowLeft");
    await shows(open, `${loss} .place`, /^step 58$/);
    await shows(open, `${loss} .legend output`, String(lossAt(58).toPrecision(4)));
    const smooth = (await open.locator(`${loss} .legend .smooth`).textContent()) ?? "";
    const number = Number(/≈ ([\d.]+)/.exec(smooth)?.[1]);
    assert.ok(number > 1.1 && number < 1.45, smooth);
    // The other charts follow.
    await shows(open, '[data-column="squaredFieldNorm"] .place', /^step 58$/);
  }),
);

page("shows the step and the values under the pointer", () =>
  withPage(async (open, server) => {
    zigzag(server);
    await settles(open, 59);
    await open.getByLabel("x axis").first().selectOption("evaluations");
    let moves = 0;
    /** Moves the pointer there, in whatever plot there is by now: another x axis makes another one. */
    const placeAt = async (side: "left" | "right"): Promise<string | undefined> => {
      const box = await open.locator(`${loss} .u-over`).boundingBox();
      if (box === null) return undefined;
      await open.mouse.move(side === "left" ? box.x + 1 : box.x + box.width - 1, box.y + 20 + (moves++ % 5));
      return (await open.locator(`${loss} .place`).textContent()) ?? undefined;
    };
    await becomes(open, () => placeAt("right"), "119 evaluations of F, step 59");
    await becomes(open, () => placeAt("left"), "1 evaluations of F, step 0");
    await shows(open, `${loss} .legend output`, "2");
  }),
);

page("offers step, time, evaluations and products as the x axis", () =>
  withPage(async (open, server) => {
    zigzag(server);
    await settles(open, 59);
    for (const [choice, name] of [
      ["time", "seconds"],
      ["evaluations", "evaluations of F"],
      ["products", "Jacobian-vector products"],
      ["step", "step \\+ 1"],
    ] as const) {
      await open.getByLabel("x axis").first().selectOption({ label: choice });
      const label = (): Promise<string | null> => open.locator(`${loss} .plot`).getAttribute("aria-label");
      await becomes(open, async () => new RegExp(`^Loss against ${name};`).test((await label()) ?? ""), true);
    }
  }),
);

page("saves a chart as CSV with all digits, as SVG and as PNG", () =>
  withPage(async (open, server) => {
    zigzag(server, 'a "name", <with> &');
    await settles(open, 59);
    const csv = await saved(open, loss, "CSV");
    assert.is(csv.name, "value-a-name-with-.csv");
    const [header, first, ...rest] = readFileSync(csv.path, "utf8").trimEnd().split("\r\n");
    assert.is(header, "run,step,seconds,evaluations,products,value");
    assert.is(first, '"a ""name"", <with> &",0,0,1,0,2');
    assert.is(rest.length, 59);
    assert.is(Number(rest.at(-1)!.split(",").at(-1)), lossAt(59));

    const svg = await saved(open, loss, "SVG");
    const text = readFileSync(svg.path, "utf8");
    assert.match(text, "Loss  L(z)");
    const parsed = await open.evaluate(`
      const parsed = new DOMParser().parseFromString(${JSON.stringify(text)}, "image/svg+xml");
      [parsed.querySelector("parsererror")?.textContent ?? "", parsed.querySelectorAll("path").length > 3,
        parsed.documentElement.textContent.includes('a "name", <with> &')]`);
    assert.equal(parsed, ["", true, true]);
    // As an image it has the size that it says.
    const size = await open.evaluate(`new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve([image.naturalWidth, image.naturalHeight]);
      image.onerror = reject;
      image.src = "data:image/svg+xml;base64,${Buffer.from(text).toString("base64")}";
    })`);
    assert.equal(size, [720, 338]);

    const png = readFileSync((await saved(open, loss, "PNG")).path);
    assert.is(png.subarray(1, 4).toString(), "PNG");
    assert.equal([png.readUInt32BE(16), png.readUInt32BE(20)], [1440, 676]);
  }),
);

page("closes the menu of a chart by Escape, with the focus back on it", () =>
  withPage(async (open, server) => {
    zigzag(server);
    await settles(open, 59);
    const summary = open.locator(`${loss} .save summary`);
    await summary.focus();
    await open.keyboard.press("Enter");
    await open.locator(`${loss} .save .menu`).waitFor();
    await open.keyboard.press("Tab");
    await open.keyboard.press("Escape");
    assert.not.ok(await open.locator(`${loss} .save .menu`).isVisible());
    assert.ok(await open.evaluate("document.activeElement.matches('[data-column=value] .save summary')"));
  }),
);

page("keeps the state of the view in its address, so that a link shows the same", () =>
  withPage(async (open, server) => {
    zigzag(server, "one");
    zigzag(server, "two, three", 2);
    zigzag(server, "four", 3);
    await open.locator('[data-run="one"] .choose').click();
    await open.locator('[data-run="two, three"] .compare').check();
    await open.getByLabel("x axis").first().selectOption("evaluations");
    await open.locator("#x-log").click();
    await open.getByLabel("smoothing").fill("5");
    await open.getByLabel("add a chart").selectOption("seconds");
    await open.locator(`${loss} .toggle`, { hasText: "y:" }).click();
    await open.getByRole("button", { name: "Theme: auto" }).click();
    await open.locator("body").press("+");
    await open.waitForURL(/zoom=.*theme=light/);
    const link = open.url();
    const other = await open.context().newPage();
    await other.goto(link);
    await shows(other, "#run h1", "one");
    await shows(other, `${loss} .legend li:nth-child(2)`, "two, three");
    assert.is(await other.getByLabel("x axis").first().inputValue(), "evaluations");
    await shows(other, "#x-log", "x: linear");
    await shows(other, ".view-controls output", "5 % of the width");
    await shows(other, '[data-column="seconds"] h2', "Wall time since the run began");
    await shows(other, `${loss} .toggle`, "y: linear");
    await shows(other, "#theme", "Theme: light");
    await other.locator("#reset-zoom").waitFor();
    await other.waitForTimeout(600);
    assert.is(other.url(), link);
    assert.not.ok(await other.locator("#follow").isChecked());
    // A link that is opened in the same page is shown at once.
    await other.evaluate("location.hash = 'run=four&x=step&scale=log'");
    await shows(other, "#run h1", "four");
    await shows(other, "#x-log", "x: log");
    assert.not.ok(await other.locator('[data-column="seconds"]').isVisible());
    await other.close();
  }),
);

page("joins runs that differ in the seed only into a median with quartiles", () =>
  withPage(async (open, server) => {
    for (const seed of [1, 2, 3, 4, 5]) zigzag(server, `seed-${seed}`, seed, { seed, width: 3 });
    zigzag(server, "wide", 100, { seed: 1, width: 4 });
    // A page that comes late knows them from one list.
    await open.reload();
    await open.locator('[data-run="seed-2"] .choose').click();
    await open.locator('[data-run="seed-4"] .compare').check();
    await open.locator('[data-run="wide"] .compare').check();
    await open.getByLabel("median and quartiles over seeds").check();
    await shows(open, `${loss} .legend li:nth-child(1)`, "median of 5 runs");
    await becomes(open, () => open.locator(`${loss} .legend li`).count(), 2);
    await shows(open, `${loss} .legend li:nth-child(2)`, "wide");
    // The median of 1, ..., 5 is 3, and the quartiles are 2 and 4.
    const last = (factor: number): string => String(Number((factor * lossAt(59)).toPrecision(4)));
    await shows(open, `${loss} .legend li:nth-child(1) output`, last(3));
    await open.locator(loss).focus();
    await open.keyboard.press("Shift+ArrowLeft");
    await shows(open, `${loss} .legend li:nth-child(1) .smooth`, `${last(2)} … ${last(4)}`);
    const csv = readFileSync((await saved(open, loss, "CSV")).path, "utf8").split("\r\n");
    assert.is(csv[0], "run,seeds,step,median,lower quartile,upper quartile");
    assert.equal(csv[1]!.split(",").slice(1).map(Number), [5, 0, 6, 4, 8]);
    await open.getByLabel("median and quartiles over seeds").uncheck();
    await becomes(open, () => open.locator(`${loss} .legend li`).count(), 3);
  }),
);

page("maps eigenvalues and the norms of blocks over time, read by pointer and keyboard, saved as files", () =>
  withPage(async (open, server) => {
    const columns = {
      spectrum: { meaning: "eigenvalues of J, ascending", kind: "vector" },
      "fieldNorm.encoder": { meaning: "||F|| in the block encoder" },
      "fieldNorm.decoder": { meaning: "||F|| in the block decoder" },
      shares: { meaning: "share of each player", kind: "vector" },
    } as const;
    const run = makeRun({ name: "mapped", columns });
    const rows = Array.from({ length: 30 }, (_, step) =>
      makeRow(run, step, {
        columns: { "fieldNorm.encoder": 2 ** -step, "fieldNorm.decoder": 1 },
        vectors: {
          shares: Float64Array.of(0.25, 0.75),
          spectrum: step % 2 === 0 ? Float64Array.of(step - 10, 3, 40) : undefined,
        },
        status: step === 29 ? "stopped" : "running",
      }),
    );
    from(rows).pipe(webSocket(server)).subscribe();
    const map = '[data-column="spectrum.*"]';
    await shows(open, `${map} h2`, "Eigenvalues of J over time");
    const label = (): Promise<string | null> => open.locator(`${map} canvas`).getAttribute("aria-label");
    await becomes(open, label, "heat map of mapped: 3 entries, at last from 3 to 40, 0 of them negative");
    await open.locator(map).focus();
    await open.keyboard.press("Shift+ArrowLeft");
    await shows(open, `${map} .hint`, "step 28, 1: 18");
    await open.keyboard.press("Shift+ArrowUp");
    await open.keyboard.press("Shift+ArrowUp");
    await open.keyboard.press("Shift+ArrowLeft");
    await shows(open, `${map} .hint`, "step 26, 3: 40");
    const blocks = '[data-column="fieldNorm.*"]';
    const canvas = open.locator(`${blocks} canvas`);
    await canvas.scrollIntoViewIfNeeded();
    const { width, height } = (await canvas.boundingBox())!;
    await canvas.hover({ position: { x: width - 75, y: height - 50 } });
    await shows(open, `${blocks} .hint`, "step 29, encoder: 1.863 × 10⁻⁹");
    const csv = readFileSync((await saved(open, blocks, "CSV")).path, "utf8").split("\r\n");
    assert.equal(csv.slice(0, 3), ["run,step,encoder,decoder", "mapped,0,1,1", "mapped,1,0.5,1"]);
    const svg = readFileSync((await saved(open, map, "SVG")).path, "utf8");
    assert.ok((svg.match(/<rect/g) ?? []).length > 45, svg.slice(0, 300));
    // The other heat maps of this kind are offered, and can be removed.
    await open.getByLabel("add a chart").selectOption("shares.*");
    await shows(open, '[data-column="shares.*"] h2', "Share of each player over time");
    await open.getByRole("button", { name: "remove the heat map of shares" }).click();
    await becomes(open, () => open.locator('[data-column="shares.*"]').count(), 0);
  }),
);

page("saves the way through the plane and the ends of runs", () =>
  withPage(async (open, server) => {
    const columns = { morseIndex: { meaning: "number of negative eigenvalues" } };
    for (const name of ["one", "two"]) {
      const run = makeRun({ name, columns });
      const rows = [0, 1].map((step) =>
        makeRow(run, step, {
          point: Float64Array.of(step, 5),
          columns: { morseIndex: step === 1 ? 3 : undefined },
          vectors: {},
          status: step === 1 ? "converged" : "running",
        }),
      );
      from(rows).pipe(webSocket(server)).subscribe();
    }
    const [path, ends] = ['[aria-label="Trajectory"]', '[aria-label="End points"]'];
    await open.locator(`${path} canvas`).waitFor();
    const csv = readFileSync((await saved(open, path, "CSV")).path, "utf8");
    assert.is(csv, "run,step,z1,z2\r\ntwo,0,0,5\r\ntwo,1,1,5\r\n");
    assert.match(readFileSync((await saved(open, path, "SVG")).path, "utf8"), /^<svg .*<path/s);
    await open.locator(`${ends} canvas`).waitFor();
    const table = readFileSync((await saved(open, ends, "CSV")).path, "utf8").split("\r\n");
    assert.equal(table[1], "one,converged,1,0.5,0.25,3,");
    assert.is(
      readFileSync((await saved(open, ends, "PNG")).path)
        .subarray(1, 4)
        .toString(),
      "PNG",
    );
  }),
);

page("offers no bands where no runs differ in the seed only", () =>
  withPage(async (open, server) => {
    search(server).emit(5);
    await shows(open, '[data-tile="step"]', /^4$/);
    assert.not.ok(await open.getByLabel("median and quartiles over seeds").isVisible());
  }),
);

page.after(closeBrowser);
page.run();
