/** Fetches a plugin of XLA from the Python package index, by pip, and puts it where the executor finds it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installedPlugin, type PluginName, pluginNote, pluginsDirectory } from "../../autodiff/xla/plugin.ts";
import { failure } from "../../errors.ts";
import { note } from "../output/say.ts";
import { type PluginSource, pluginSources, type Wheel, wheelPlatform } from "./wheels.ts";

/** The lines of a requirements file: each wheel with its version and its hash, which pip then checks. */
function requirementsOf(wheels: readonly Wheel[]): string {
  return wheels.map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`).join("");
}

/** Size of a download in words. */
export function sizeOf({ wheels }: PluginSource): string {
  const bytes = wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** How to do by hand what `install` does, for machines without Python. */
function byHand(name: PluginName): readonly string[] {
  const { wheels, library } = pluginSources[name];
  return [
    "By hand: fetch each of these files from https://pypi.org/project/<name>/<version>/#files, check its SHA-256, and",
    "unpack all of them (a wheel is a zip file) into one directory:",
    ...wheels.map((wheel) => `  ${wheel.name} ${wheel.version}  ${wheel.sha256}`),
    `Then set FLUXION_PJRT to the absolute path of ${library} there.`,
  ];
}

/** The first command that runs Python with pip; undefined if there is none. */
function findPython(): string | undefined {
  const chosen = process.env.PYTHON;
  const names = chosen === undefined || chosen === "" ? ["python3", "python"] : [chosen];
  return names.find((name) => spawnSync(name, ["-m", "pip", "--version"], { stdio: "ignore" }).status === 0);
}

/** The library of a plugin, if the pinned wheels are installed already. */
export function presentPlugin(name: PluginName): string | undefined {
  const library = installedPlugin(name);
  if (library === undefined || !existsSync(library)) return undefined;
  const text = readFileSync(join(pluginsDirectory(), name, pluginNote), "utf8");
  return text === noteOf(pluginSources[name]) ? library : undefined;
}

function noteOf({ library, wheels }: PluginSource): string {
  return `${JSON.stringify({ library, wheels })}\n`;
}

/**
 * Installs a plugin, in place of one that is there. Nothing is replaced before all of it has been fetched and its hashes
 * have been checked.
 *
 * @returns the path of the library
 * @throws {Error} ERR_UNSUPPORTED on a platform without wheels; ERR_DEVICE if there is no Python or pip fails
 */
export function installPlugin(name: PluginName): string {
  const source = pluginSources[name];
  const { platform, arch } = process;
  if (platform !== wheelPlatform.platform || arch !== wheelPlatform.arch) {
    throw failure(
      "ERR_UNSUPPORTED",
      `device install: the plugins are for Linux on x64, this is ${platform} on ${arch}; give the path of another ` +
        "plugin in FLUXION_PJRT",
    );
  }
  const python = findPython();
  if (python === undefined) {
    for (const line of byHand(name)) note(line);
    throw failure("ERR_DEVICE", "device install: found no Python with pip, which fetches the plugin; see above");
  }
  const parent = pluginsDirectory();
  mkdirSync(parent, { recursive: true });
  const fresh = mkdtempSync(join(parent, `.${name}-`));
  try {
    const requirements = join(fresh, "requirements.txt");
    writeFileSync(requirements, requirementsOf(source.wheels));
    fetchWheels(python, requirements, fresh, name);
    if (!existsSync(join(fresh, source.library))) {
      throw failure("ERR_DEVICE", `device install: the wheel of ${name} lacks ${source.library}`);
    }
    writeFileSync(join(fresh, pluginNote), noteOf(source));
    const place = join(parent, name);
    rmSync(place, { recursive: true, force: true });
    renameSync(fresh, place);
    return join(place, source.library);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function fetchWheels(python: string, requirements: string, target: string, name: PluginName): void {
  const options = ["--disable-pip-version-check", "--no-input", "--no-deps", "--require-hashes", "--only-binary=:all:"];
  const place = ["--no-compile", "--target", target, "--requirement", requirements];
  const { status, error, stderr } = spawnSync(python, ["-m", "pip", "install", "--quiet", ...options, ...place], {
    encoding: "utf8",
    stdio: ["ignore", "inherit", "pipe"],
  });
  if (status === 0) return;
  for (const line of byHand(name)) note(line);
  const why = error?.message ?? stderr.trim().split("\n").slice(-3).join(" ");
  throw failure("ERR_DEVICE", `device install: pip could not fetch the plugin: ${why}`);
}
