/** Labels that change while `fluxion serve` shows the runs. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { changeLabels, labelsFileName } from "../../../src/cli/finding/labels.ts";
import { watchLabels } from "../../../src/cli/finding/labelWatch.ts";
import { fluxion, startFluxion } from "../../support/command.ts";
import { scratchPath } from "../../support/scratch.ts";
import { threeRuns } from "../../support/threeRuns.ts";

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something holds. @throws if it does not within half a minute */
async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let k = 0; k < 600; k++) {
    if (await holds()) return;
    await pause(50);
  }
  assert.unreachable(`half a minute without: ${what}`);
}

const watch = suite("watchLabels");

/** Directories of runs, as far as labels need them. */
function directoriesOf(count: number): string[] {
  return Array.from({ length: count }, (_, k) => {
    const directory = join(scratchPath("labelled runs"), `run ${k}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "run.json"), "{}");
    return directory;
  });
}

watch("tells of labels that come, change and go, of one run and no other", async () => {
  const [first, second] = directoriesOf(2) as [string, string];
  const told: string[] = [];
  const watched = watchLabels(
    (name, directory) => told.push(`${name} ${existsSync(join(directory, labelsFileName))}`),
    {
      every: 10,
    },
  );
  watched.place("first", first);
  watched.place("second", second);
  const tag = (text: string) => changeLabels("tag", second, (before) => ({ ...before, tags: [...before.tags, text] }));
  await pause(100);
  assert.equal(told, []);
  await tag("a");
  await until(() => told.length === 1, "a tag is seen");
  await tag("b");
  await until(() => told.length === 2, "a further tag is seen");
  rmSync(join(second, labelsFileName));
  await until(() => told.length === 3, "that the labels are gone is seen");
  await pause(100);
  watched.close();
  assert.equal(told, ["second true", "second true", "second false"]);
  await tag("c");
  await pause(100);
  assert.is(told.length, 3);
});

watch("reaches every run, however few it looks at each time", async () => {
  const directories = directoriesOf(50);
  const told = new Set<string>();
  const watched = watchLabels((name) => told.add(name), { every: 1, share: 0 });
  for (const [k, directory] of directories.entries()) watched.place(`run ${k}`, directory);
  for (const directory of directories) await changeLabels("tag", directory, (before) => ({ ...before, tags: ["all"] }));
  await until(() => told.size === directories.length, "all runs are seen");
  watched.close();
});

watch.run();

const serve = suite("fluxion serve and labels");

serve("shows tags, notes and names that are given while it runs, and that they are removed", async () => {
  const here = threeRuns();
  const started = startFluxion(["serve", "runs"], here);
  const [, address] = await started.says(/\d+ runs?: (\S+)\n/);
  const url = new URL(address!);
  type Listed = { readonly name: string; readonly cells?: Readonly<Record<string, string | number>> };
  const list = async (): Promise<Listed[]> =>
    ((await (await fetch(new URL(`/runs${url.search}`, url))).json()) as { runs: Listed[] }).runs;
  const before = await list();
  const [{ name }] = before as [Listed];
  const directory = join("runs", ...name.split("/"));
  const others = before.slice(1);
  const cells = async () => (await list()).find((each) => each.name === name)?.cells ?? {};
  try {
    assert.ok(existsSync(join(here, directory)), directory);
    for (const words of [
      ["tag", directory, "paper"],
      ["note", directory, "odd", "index"],
      ["rename", directory, "wide"],
    ]) {
      assert.is((await fluxion(words, here)).code, 0);
    }
    await until(async () => (await cells()).name === "wide", "the new name");
    const labelled = await cells();
    assert.is(labelled.tags, "paper");
    assert.is(labelled.notes, "odd index");
    // What else stands beside the run stays.
    const { tags: _tags, notes: _notes, name: _name, ...rest } = labelled;
    assert.equal(rest, before[0]!.cells);
    assert.equal(
      (await list()).slice(1).map((each) => each.cells),
      others.map((each) => each.cells),
    );
    await fluxion(["tag", directory, "paper", "--remove"], here);
    await until(async () => (await cells()).tags === undefined, "that the tag is gone");
    assert.is((await cells()).name, "wide");
  } finally {
    started.process.kill("SIGINT");
    assert.is((await started.ended).code, 0);
  }
});

serve.run();
