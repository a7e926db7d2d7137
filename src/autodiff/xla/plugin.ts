import { failure } from "../../errors.ts";
import { builtin, environment } from "../../host.ts";
import { PjrtClient } from "./pjrt/client.ts";

/** Plugins that `fluxion device install` fetches, the fastest first. */
export const pluginNames = ["cuda", "rocm", "cpu"] as const;
export type PluginName = (typeof pluginNames)[number];

/** Directory in which installed plugins lie: `FLUXION_DEVICES`, else `~/.fluxion/devices`. */
export function pluginsDirectory(): string {
  const chosen = environment("FLUXION_DEVICES");
  return chosen === undefined || chosen === "" ? `${builtin("node:os", "xla").homedir()}/.fluxion/devices` : chosen;
}

/** File that says where the library of an installed plugin is, relative to the directory of the plugin. */
export const pluginNote = "plugin.json";

/** The library of an installed plugin; undefined if it is not installed. */
export function installedPlugin(name: PluginName): string | undefined {
  const directory = `${pluginsDirectory()}/${name}`;
  const { existsSync, readFileSync } = builtin("node:fs", "xla");
  const note = `${directory}/${pluginNote}`;
  if (!existsSync(note)) return undefined;
  try {
    const { library } = JSON.parse(readFileSync(note, "utf8")) as { readonly library?: unknown };
    return typeof library === "string" ? `${directory}/${library}` : undefined;
  } catch {
    // A note that cannot be read says nothing; `fluxion device install` writes it again.
    return undefined;
  }
}

/** Paths to try: `FLUXION_PJRT` alone if it is set, else the installed plugins. */
export function pluginPaths(): readonly string[] {
  const chosen = environment("FLUXION_PJRT");
  if (chosen !== undefined && chosen !== "") return [chosen];
  return pluginNames.flatMap((name) => installedPlugin(name) ?? []);
}

const clients = new Map<string, PjrtClient | Error>();

/**
 * Opens the first plugin that finds a device, once in a process.
 *
 * @throws {Error} ERR_DEVICE if there is none, with all ways to get one
 */
export function openClient(): PjrtClient {
  const paths = pluginPaths();
  const failures: Error[] = [];
  for (const path of paths) {
    const opened = clientOf(path);
    if (!(opened instanceof Error)) return opened;
    failures.push(opened);
  }
  const [first] = failures;
  if (first !== undefined && failures.length === 1) throw first;
  if (first !== undefined) {
    throw failure(
      "ERR_DEVICE",
      `executor xla: no plugin can be used: ${failures.map(({ message }) => message).join("; ")}`,
    );
  }
  throw failure(
    "ERR_DEVICE",
    "executor xla: found no plugin; install one by `fluxion device install cpu` (or cuda, rocm), or give the path of a library " +
      "in FLUXION_PJRT",
  );
}

function clientOf(path: string): PjrtClient | Error {
  let known = clients.get(path);
  if (known === undefined) {
    known = open(path);
    clients.set(path, known);
  }
  return known;
}

function open(path: string): PjrtClient | Error {
  try {
    if (!/^(?:\/|[A-Za-z]:[\\/])/.test(path)) {
      throw failure("ERR_DEVICE", `executor xla: FLUXION_PJRT: expected an absolute path, got "${path}"`);
    }
    if (!builtin("node:fs", "xla").existsSync(path)) {
      throw failure(
        "ERR_DEVICE",
        `executor xla: there is no file ${path}; install a plugin by \`fluxion device install cpu\``,
      );
    }
    return new PjrtClient(path);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
