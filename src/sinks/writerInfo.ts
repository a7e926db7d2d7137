/** What `run.json` says about the machine and the programs that wrote a run. */
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, hostname, platform, release } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonValue } from "../json.ts";

const packages = ["rxjs", "apache-arrow", "@tensorflow/tfjs-core", "@tensorflow/tfjs"];

let versions: Readonly<Record<string, string>> | undefined;

/**
 * Returns the versions of fluxion, Node and the packages that influence the numbers or the files. They are read once.
 */
export function writerVersions(): Readonly<Record<string, string>> {
  versions ??= Object.fromEntries(
    [
      ["fluxion", versionIn(fileURLToPath(new URL("../..", import.meta.url)))],
      ["node", process.versions.node],
      ...packages.map((name) => [name, installedVersion(name)]),
    ].filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return versions;
}

/** Describes the machine. */
export function writerPlatform(): Readonly<Record<string, JsonValue>> {
  return {
    os: platform(),
    release: release(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    host: hostname(),
  };
}

function installedVersion(name: string): string | undefined {
  // `require` would not do: some packages do not export their package.json.
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const version = versionIn(join(folder, "node_modules", name));
    if (version !== undefined || folder === dirname(folder)) return version;
  }
}

function versionIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
