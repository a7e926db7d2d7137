/** The files of docs/scale-out.md that schedulers read: each is parsed or run dry. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { shardFrom } from "../../src/cli/campaigns/campaignOptions.ts";
import { scratchDirectory } from "../support/command.ts";

const folder = fileURLToPath(new URL("../../examples/scaleOut/", import.meta.url));
const files = suite("examples/scaleOut");

const yaml = (name: string): unknown => {
  const code = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";
  const { status, stdout, stderr } = spawnSync("python3", ["-c", code, join(folder, name)], { encoding: "utf8" });
  assert.is(status, 0, stderr);
  return (JSON.parse(stdout) as unknown[])[0];
};
const hasYaml = spawnSync("python3", ["-c", "import yaml"]).status === 0;
const strict = process.env.FLUXION_TEST_NO_SKIP === "1";

/** Runs a command with an `npx` that says what it was given. */
function dry(command: readonly string[], variables: Readonly<Record<string, string>> = {}): string {
  const bin = join(scratchDirectory(), "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "npx"), '#!/bin/sh\necho "$@"\n');
  chmodSync(join(bin, "npx"), 0o755);
  const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...variables },
  });
  assert.is(status, 0, stderr);
  return stdout.trim();
}

files("the Slurm script gives each task of its array a shard", () => {
  const array = { SLURM_ARRAY_TASK_MIN: "0", SLURM_ARRAY_TASK_COUNT: "16", SLURM_ARRAY_TASK_STEP: "1" };
  const text = readFileSync(join(folder, "slurm.sh"), "utf8");
  assert.match(text, /#SBATCH --array=0-15\n/);
  const said = dry(["bash", join(folder, "slurm.sh")], {
    ...array,
    SLURM_ARRAY_TASK_ID: "3",
    SLURM_CPUS_PER_TASK: "4",
  });
  assert.match(said, /^fluxion campaign dlae-census .*--workers 4 --shard auto /);
  const shards = Array.from({ length: 16 }, (_, k) => shardFrom("auto", { ...array, SLURM_ARRAY_TASK_ID: String(k) }));
  assert.equal(
    shards,
    shards.map((_, k) => ({ number: k + 1, of: 16 })),
  );
});

const withYaml = hasYaml || strict ? files : files.skip;

withYaml("the manifest of Kubernetes is an indexed job with as many completions as shards", () => {
  const job = yaml("kubernetes.yaml") as {
    kind: string;
    spec: { completionMode: string; completions: number; template: { spec: { containers: { args: string[] }[] } } };
  };
  assert.equal([job.kind, job.spec.completionMode], ["Job", "Indexed"]);
  const [shard] = job.spec.template.spec.containers[0]!.args;
  const text = shard!.replace("--shard=", "");
  for (let k = 0; k < job.spec.completions; k++) {
    const own = shardFrom(text, { JOB_COMPLETION_INDEX: String(k) });
    assert.equal(own, { number: k + 1, of: job.spec.completions });
  }
});

withYaml("the compose file starts a coordinator and workers at the same queue", () => {
  const { services } = yaml("compose.yaml") as { services: Record<string, { command: string[] }> };
  assert.equal(Object.keys(services).sort(), ["coordinator", "redis", "worker"]);
  for (const name of ["coordinator", "worker"]) assert.ok(services[name]!.command.includes("--queue=census"));
});

files("the example of Dask runs every shard", () => {
  const hasDask = spawnSync("python3", ["-c", "import dask.distributed"]).status === 0;
  if (!hasDask) {
    assert.not(strict, "needs dask");
    return;
  }
  const said = dry(["python3", join(folder, "daskShards.py"), "--", "npx", "fluxion", "campaign", "dlae"]);
  assert.match(said, /shards that ended: 4/);
});

files.run();
