/** A directory from somebody else may hold links to files of this machine: no command shows, copies or changes them. */
import { cpSync, mkdirSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";
import { contents } from "../support/owners.ts";

const links = suite("symbolic links in a run directory");
const module_ = fileURLToPath(new URL("../support/slowExperiment.ts", import.meta.url));

const folder = scratchDirectory();
links.before(async () => {
  const run = startFluxion(
    ["run", module_, "--steps", "200", "--milliseconds", "5", "--out", "cut", "--no-serve"],
    folder,
  );
  await run.says(/files: cut/);
  await new Promise((resolve) => setTimeout(resolve, 500));
  run.process.kill("SIGINT");
  await run.ended;
  const files = readdirSync(join(folder, "cut"), { recursive: true }).map(String);
  for (const name of names) assert.ok(files.includes(name), `${name} is not among ${files.join(", ")}`);
});

/** One name of each kind that a directory holds. */
const names = ["experiment.json", "first", "first/run.json", "first/checkpoint.bin", "first/iterates-0001.arrows"];

for (const name of names) {
  links(`${name} as a link is refused, and its target stays as it is`, async () => {
    const kind = name.replaceAll("/", "-");
    const [directory, outside] = [`linked-${kind}`, join(folder, `outside-${kind}`)];
    cpSync(join(folder, "cut"), join(folder, directory), { recursive: true });
    mkdirSync(outside);
    renameSync(join(folder, directory, name), join(outside, "target"));
    symlinkSync(join(outside, "target"), join(folder, directory, name));
    const before = contents(outside);
    const said: string[] = [];
    for (const given of [
      ["replay", directory],
      ["verify", directory],
      ["resume", directory, module_, "--no-serve"],
    ]) {
      const { code, stdout, stderr } = await fluxion(given, folder);
      said.push(`${given[0]}: exit ${code}, ${stderr}`);
      // Replay prints what is not behind the link; a checkpoint is none of its business.
      const unaffected = name.endsWith("checkpoint.bin") && given[0] === "replay";
      if (!unaffected) assert.match(stderr + stdout, /is a symbolic link/, said.at(-1)!);
      if (!unaffected) assert.is.not(code, 0, said.at(-1)!);
    }
    assert.equal(contents(outside), before, said.join("\n"));
    // Nor was it copied: as the damaged original of a new file, for example.
    const copies = Object.entries(contents(join(folder, directory))).filter(([, text]) =>
      Object.values(before).includes(text),
    );
    assert.equal(
      copies.map(([path]) => path),
      [],
    );
  });
}

links("the server neither lists nor sends a linked file", async () => {
  const directory = `linked-${names.at(-1)!.replaceAll("/", "-")}`;
  cpSync(join(folder, "cut/first"), join(folder, directory, "whole"), { recursive: true });
  const served = startFluxion(["serve", directory], folder);
  const [, address] = await served.says(/: (http:\S+)\n/);
  const url = new URL(address!);
  const get = (path: string) => fetch(new URL(`${path}${url.search}`, url));
  const { runs } = (await (await get("/runs")).json()) as { runs: { name: string }[] };
  assert.equal(
    runs.map(({ name }) => name),
    ["whole"],
  );
  assert.is((await get("/runs/first/iterates-0001.arrows")).status, 404);
  assert.is((await get("/runs/whole/iterates-0001.arrows")).status, 200);
  served.process.kill("SIGINT");
  assert.match((await served.ended).stderr, /left out: .* is a symbolic link/);
});

links("recover copies nothing from behind a link, and says so", async () => {
  const directory = `linked-${names.at(-1)!.replaceAll("/", "-")}`;
  const { code, stdout, stderr } = await fluxion(["recover", directory, "--to", "recovered"], folder);
  assert.is(code, 1, stdout + stderr);
  assert.match(stdout + stderr, /first\/iterates-0001\.arrows is a symbolic link/);
  assert.not.ok(Object.keys(contents(join(folder, "recovered"))).some((path) => path.includes("first/iterates")));
});

links.run();
