import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verdicts } from "../../src/certify/certificate.ts";
import { readCertificates } from "../../src/cli/certificates/certificatesFile.ts";
import { certifyCommand } from "../../src/cli/commands/certifyCommand.ts";
import type { EndCertificates } from "../../src/server/messages.ts";
import { checkCertificates, missingChecker } from "../support/certificateChecker.ts";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";

const missing = missingChecker();
if (missing !== undefined) console.log(`skipped: ${missing}`);

const certify = suite("fluxion certify");
const here = scratchDirectory();
const runs = join(here, "searches");
const small = ["--inputs", "4", "--hidden", "2", "--samples", "100", "--seed", "3"];

certify("certifies every end of an experiment, and another program confirms it", async () => {
  const made = await fluxion(
    ["run", "dlae", ...small, "--searches", "6", "--trajectory-steps", "500", "--no-serve", "--out", runs],
    here,
  );
  assert.is(made.code, 0, made.stderr);
  const { code, stdout, stderr } = await fluxion(["certify", runs], here);
  assert.is(code, /(\d+) undecided/.exec(stdout)?.[1] === "0" ? 0 : 1, stderr);
  const { problems, certificates } = readCertificates(join(runs, "certificates.json"));
  assert.is(problems.length, 1);
  assert.equal(
    certificates.map(({ name }) => name),
    [1, 2, 3, 4, 5, 6].map((i) => `search-0${i}`),
  );
  const { findings } = JSON.parse(readFileSync(join(runs, "experiment.json"), "utf8")) as {
    readonly findings: readonly { verdict: string; numbers: { "class index": number; loss: number } }[];
  };
  assert.ok(findings.some(({ verdict }) => verdict === "critical point"));
  for (const [i, { statement }] of certificates.entries()) {
    const { verdict, numbers } = findings[i]!;
    if (verdict !== "critical point") continue;
    assert.is(statement.verdict, "zero", statement.because);
    assert.is(statement.morseIndex, numbers["class index"]);
    assert.ok(statement.loss!.low <= numbers.loss + 1e-9 && numbers.loss - 1e-9 <= statement.loss!.high);
  }
  assert.match(stdout, /different \(loss, index\)/);
  if (missing !== undefined) return;
  const checked = checkCertificates(readFileSync(join(runs, "certificates.json"), "utf8"));
  for (const { name, outcome, why } of checked.outcomes) assert.is.not(outcome, "refuted", `${name}: ${why}`);
  const zeros = checked.outcomes.filter((_, i) => certificates[i]!.statement.verdict === "zero");
  for (const { name, outcome, why } of zeros) assert.is(outcome, "confirmed", `${name}: ${why}`);
});

certify("shows on the page what is proved", async () => {
  const started = startFluxion(["serve", runs]);
  const [, address] = await started.says(/\d+ runs: (\S+)\n/);
  try {
    const url = new URL(address!);
    const response = await fetch(new URL(`/certificates${url.search}`, url));
    const { ends, trouble } = (await response.json()) as EndCertificates;
    assert.equal(trouble, []);
    const { certificates } = readCertificates(join(runs, "certificates.json"));
    assert.equal(
      ends.map(({ run }) => run),
      certificates.map(({ name }) => name),
    );
    for (const [i, { outcome, morseIndex }] of ends.entries()) {
      assert.is(morseIndex, outcome === "zero" ? certificates[i]!.statement.morseIndex : undefined);
    }
    assert.ok(ends.some(({ outcome }) => outcome === "zero"));
  } finally {
    started.process.kill("SIGINT");
    await started.ended;
  }
});

certify("certifies one run, into its own directory", async () => {
  const run = join(runs, "search-02");
  const { stdout } = await fluxion(["certify", run], here);
  assert.match(stdout, /^search-02 /m);
  assert.is(readCertificates(join(run, "certificates.json")).certificates.length, 1);
  const verify = await fluxion(["verify", runs], here);
  assert.is(verify.code, 0, verify.stdout);
  assert.match(verify.stdout, /certificates\.json +whole/);
});

certify("takes points of other programs, for an experiment or a module that exports a problem", async () => {
  const module = `
    import * as tf from "@tensorflow/tfjs";
    import { objective } from "fluxion";
    export default objective([[], []], (x, y) => tf.add(tf.square(tf.sub(tf.square(x), 1)), tf.square(y)));`;
  writeFileSync(join(here, "loss.ts"), module);
  writeFileSync(join(here, "found.csv"), "x,y\n1,0\n0,0\n1e-9,1e-9\n3,3\n");
  const { code, stdout, stderr } = await fluxion(["certify", "./loss.ts", "--points", "found.csv"], here);
  assert.is(code, 0, stderr);
  const found = readCertificates(join(here, "certificates.json")).certificates.map(({ statement }) => statement);
  assert.equal(
    found.map(({ verdict, morseIndex }) => [verdict, morseIndex]),
    [
      ["zero", 0],
      ["zero", 1],
      ["zero", 1],
      ["zero", 0],
    ],
  );
  // The last point is far from the minimum to which it leads.
  assert.ok(found[3]!.moved > 3 && found[3]!.excluded! > 0.1);
  assert.match(stdout, /3 of 4 proved critical, 1 proved not to be near a critical point, 0 undecided/);
  const other = await fluxion(
    ["certify", "dlae", ...small, "--points", join(runs, "search-01"), "--out", "one.json"],
    here,
  );
  assert.ok(other.code === 0 || other.code === 1, other.stderr);
  assert.ok(verdicts.includes(readCertificates(join(here, "one.json")).certificates[0]!.statement.verdict));
});

certify("looks for a large radius of uniqueness if asked to", async () => {
  const unique: number[] = [];
  for (const flags of [[], ["--grow"]]) {
    const { code, stderr } = await fluxion(["certify", "./loss.ts", "--points", "found.csv", ...flags], here);
    assert.is(code, 0, stderr);
    unique.push(readCertificates(join(here, "certificates.json")).certificates[0]!.statement.unique!);
  }
  // The zeros (1, 0) and (0, 0) are 1 apart.
  assert.ok(unique[1]! > 100 * unique[0]! && unique[1]! < 1, `${unique}`);
});

certify("ends with 1 where something is undecided, and says why", async () => {
  const module = `
    import * as tf from "@tensorflow/tfjs";
    import { objective } from "fluxion";
    export default objective([[]], (x) => tf.pow(x, 4));`;
  writeFileSync(join(here, "flat.ts"), module);
  writeFileSync(join(here, "zero.csv"), "0\n");
  const { code, stdout } = await fluxion(["certify", "./flat.ts", "--points", "zero.csv"], here);
  assert.is(code, 1);
  assert.match(stdout, /^point-1: \S/m);
  assert.match(stdout, /0 of 1 proved critical, .*1 undecided/);
});

certify("refuses by name what it cannot take, and writes nothing then", async () => {
  mkdirSync(join(here, "empty"));
  writeFileSync(join(here, "short.csv"), "1,2,3\n");
  writeFileSync(join(here, "bad.npy"), "\u0093NUMPY");
  const out = join(here, "none.json");
  const at = (name: string): string => join(here, name);
  const cases: readonly [readonly string[], RegExp][] = [
    [["certify"], /expected the directory of an experiment or a run, got none/],
    [["certify", at("nowhere")], /there is no directory .*nowhere/],
    [["certify", at("empty")], /empty is not the directory of an experiment/],
    [["certify", "dlae"], /expected a directory, or --points/],
    [["certify", runs, "--inputs", "3"], /options of an experiment come from its directory/],
    [["certify", runs, "--seed", "3"], /--seed: expected --points as well/],
    [["certify", runs, "--run", "serach-01"], /Did you mean "search-01"\?/],
    [["certify", runs, "--points", at("short.csv")], /--points: expected an experiment or a module/],
    [["certify", "dlae", "--points", at("nowhere.npy")], /nowhere\.npy/],
    [["certify", "dlae", "--points", at("bad.npy")], /bad\.npy/],
    [["certify", "dlae", ...small, "--points", at("short.csv")], /expected points of 16 numbers.*got 3/],
    [["certify", "dlae", "--points", at("short.csv"), "--trust"], /--trust: it belongs to the directory/],
    [["certify", "dlae", "--points", at("short.csv"), "--searchs", "3"], /unknown option '--searchs'/],
  ];
  for (const [args, message] of cases) {
    const error = await certifyCommand([...args.slice(1), "--out", out]).then(
      () => undefined,
      (reason: Error) => reason,
    );
    assert.match(error?.message ?? "", message, `${args.join(" ")}: ${error?.message}`);
  }
  assert.not(existsSync(out));
});

certify.run();
