/** `fluxion tag`, `note`, `rename`, `show`, `compare` and `rm`, as a user starts them. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { changeLabels, readLabels } from "../../../src/cli/finding/labels.ts";
import { runDirectory } from "../../../src/sinks/runDirectory.ts";
import { fluxion } from "../../support/command.ts";
import { makeRow, makeRun } from "../../support/rows.ts";
import { threeRuns } from "../../support/threeRuns.ts";

const here = threeRuns();
const run = (args: readonly string[], where = here) => fluxion(args, where);

const labels = suite("fluxion tag, note and rename");

labels("are kept beside run.json, found by list and shown", async () => {
  const at = "runs/pair one";
  assert.is((await run(["tag", at, "paper", "good", "paper"])).stdout, `${at}: paper good\n`);
  assert.is((await run(["tag", at, "good", "--remove"])).stdout, `${at}: paper\n`);
  assert.match((await run(["note", at, "odd", "index"])).stdout, /^1 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}odd index\n$/);
  assert.is((await run(["rename", at, "wide net"])).stdout, `${at}: wide net\n`);
  const { stdout } = await run(["list", "--filter", "tags=paper", "--filter", "name~WIDE"]);
  assert.match(stdout, /runs\/pair one +wide net +pair .* paper\n$/);
  const shown = (await run(["show", at])).stdout;
  for (const line of ["name: wide net", "tags: paper", "settings: searches 2"]) assert.ok(shown.includes(line), shown);
  await run(["note", at, "--remove", "1"]);
  await run(["rename", at, ""]);
  assert.equal(readLabels(join(here, at)), { format: 1, tags: ["paper"], notes: [] });
  assert.is((await run(["verify", "runs"])).code, 0);
});

labels("survive a live run, which writes run.json anew", async () => {
  const directory = join(here, "runs", "live");
  const rows = new Subject<Row>();
  const live = makeRun({ name: "live" });
  rows.pipe(runDirectory(directory)).subscribe();
  rows.next(makeRow(live, 0));
  assert.is((await run(["tag", "runs/live", "watched"])).code, 0);
  rows.next(makeRow(live, 1));
  rows.complete();
  assert.equal(readLabels(directory).tags, ["watched"]);
});

labels("of many processes at once are all kept", async () => {
  const directory = join(here, "runs", "alone");
  const tags = ["a", "b", "c", "d", "e", "f"];
  await Promise.all(
    tags.map((tag) => changeLabels("tag", directory, (before) => ({ ...before, tags: [...before.tags, tag] }))),
  );
  assert.equal([...readLabels(directory).tags].sort(), tags);
});

labels("refuse what is no run, no tag, a link, and a file that is damaged", async () => {
  symlinkSync(join(here, "runs/alone"), join(here, "runs/link"));
  const damaged = threeRuns();
  writeFileSync(join(damaged, "runs/alone/labels.json"), '{"format":1,"tags":[3]}');
  for (const [args, says, where] of [
    [["tag", "nowhere", "x"], /tag: nowhere: there is no such directory/, here],
    [["tag", "runs", "x"], /runs is the directory of neither a run nor an experiment/, here],
    [["tag", "runs/alone", "two words"], /expected a word of at most 64/, here],
    [["tag", "runs/link", "x"], /symbolic link/, here],
    [["note", "runs/alone", "--remove", "9"], /expected the number of a note, got "9"/, here],
    [["rename", "runs/alone", "a\nb"], /a name of one line/, here],
    [["tag", "runs/alone", "x"], /labels\.json is damaged/, damaged],
  ] as const) {
    const { code, stderr } = await run(args, where);
    assert.is(code, 2, args.join(" "));
    assert.match(stderr, says);
  }
  assert.is(readFileSync(join(damaged, "runs/alone/labels.json"), "utf8"), '{"format":1,"tags":[3]}');
});

labels.run();

const show = suite("fluxion show");

show("prints ends and a plot, of ASCII characters where the locale is not UTF-8", async () => {
  const { code, stdout } = await run(["show", "runs/alone", "--column", "value", "--height", "4", "--ascii"]);
  assert.is(code, 0);
  assert.match(stdout, /runs\/alone: alone, completed, 2 attempts/);
  assert.match(stdout, /alone: value \(logarithmic\) against step, 6 rows\n +\S+ \|\*?/);
  assert.match(stdout, /\n +0 +5\n/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing but ASCII is what is asked for
  assert.match(stdout, /^[\x00-\x7f]*$/);
  assert.not((await run(["show", "runs/alone", "--no-plot"])).stdout.includes("against step"));
  const wrong = await run(["show", "runs/alone", "--column", "valu"]);
  assert.match(wrong.stderr, /no column "valu" of numbers\. Did you mean "value"\?/);
});

show.run();

const compare = suite("fluxion compare");

compare("shows settings that differ alone, and every result, and overlays the courses", async () => {
  const { code, stdout, stderr } = await run(["compare", "runs/pair one", "runs/alone", "-o", "over lay.svg"]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^setting that differs +a +b +alone\n/);
  assert.match(stdout, /\nscale +1 +3\n/);
  assert.match(stdout, /\nverdict +critical point +stagnated +converged\n/);
  assert.match(stdout, /over lay\.svg\n$/);
  const svg = readFileSync(join(here, "over lay.svg"), "utf8");
  assert.match(svg, /^<svg .*<title>squaredFieldNorm of 3 runs<\/title>/);
  assert.is(svg.match(/aria-label="line"/g)?.length, 3);
  assert.not((await run(["compare", "runs/pair one"])).stdout.includes("noise"));
  const one = await run(["compare", "runs/alone"]);
  assert.is(one.code, 2);
  assert.match(one.stderr, /at least two runs, got only runs\/alone/);
});

compare.run();

const rm = suite("fluxion rm");

rm("asks, and refuses where nobody can answer; --yes removes, --dry-run does not", async () => {
  const asked = await run(["rm", "runs/alone"]);
  assert.is(asked.code, 2);
  assert.match(asked.stderr, /nobody is there to confirm it; add --yes/);
  const dry = await run(["rm", "runs/alone", "--dry-run"]);
  assert.match(dry.stdout, /^runs\/alone: 4 files, /);
  assert.ok(existsSync(join(here, "runs/alone/run.json")));
  assert.is((await run(["rm", "runs/alone", "runs/pair one/", "-y"])).code, 0);
  assert.not(existsSync(join(here, "runs/alone")) || existsSync(join(here, "runs/pair one")));
});

rm("refuses a run that is being written, what is no run, and a link; what a link leads to stays", async () => {
  const where = threeRuns();
  const rows = new Subject<Row>();
  rows.pipe(runDirectory(join(where, "runs/live"))).subscribe();
  rows.next(makeRow(makeRun({ name: "live" }), 0));
  mkdirSync(join(where, "kept"));
  writeFileSync(join(where, "kept/precious.txt"), "x");
  symlinkSync(join(where, "kept"), join(where, "runs/alone/inside"));
  symlinkSync(join(where, "runs/pair one"), join(where, "runs/link"));
  for (const [directory, says] of [
    ["runs/live", /runs\/live is being written/],
    ["kept", /neither a run nor an experiment/],
    ["runs", /neither a run nor an experiment/],
    ["runs/link", /symbolic link/],
    ["runs/link/", /symbolic link/],
    ["nowhere", /there is no such directory/],
  ] as const) {
    const { code, stderr } = await run(["rm", "runs/alone", directory, "--yes"], where);
    assert.is(code, 2, directory);
    assert.match(stderr, says);
    assert.ok(existsSync(join(where, "runs/alone/run.json")));
  }
  assert.is((await run(["rm", "runs/alone", "-y"], where)).code, 0);
  assert.ok(existsSync(join(where, "kept/precious.txt")));
  rows.complete();
  assert.is((await run(["rm", "runs/live", "-y"], where)).code, 0);
});

rm.run();
