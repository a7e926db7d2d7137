/** `fluxion device`: installs what the executor `xla` needs for a device, and says what is installed. */
import type { Command } from "commander";
import {
  installedPlugin,
  type PluginName,
  pluginNames,
  pluginPaths,
  pluginsDirectory,
} from "../../autodiff/xla/plugin.ts";
import { failure } from "../../errors.ts";
import { installPlugin, presentPlugin, sizeOf } from "../devices/install.ts";
import { pluginSources } from "../devices/wheels.ts";
import { note, say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";
import { askAtTerminal } from "../trust.ts";

const help = `
The plugins are files of the Python package index, each with a pinned version and hash. They are installed in
~/.fluxion/devices, or in the directory that FLUXION_DEVICES names. FLUXION_PJRT chooses a plugin by its path instead.

Examples:
  fluxion device list                      which plugins there are, and which are installed
  fluxion device install cpu               fetch XLA for the processor, after asking
  fluxion device install cuda --yes        for a GPU of NVIDIA, without asking
  fluxion run dlae --executor xla          compute with it`;

/** Adds the options of `fluxion device` and what it does. */
export function deviceCommand(command: Command): void {
  command
    .option("-y, --yes", "do not ask")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action((action: string, name: string | undefined, { yes = false }: { yes?: boolean }) => act(action, name, yes));
}

async function act(action: string, name: string | undefined, yes: boolean): Promise<void> {
  if (action === "list") {
    list();
    return;
  }
  if (action !== "install") {
    throw failure("ERR_COMMAND_LINE", `device: expected install or list, got "${action}"`);
  }
  const found = pluginNames.find((known) => known === name);
  if (found === undefined) {
    const got = name === undefined ? "nothing" : `"${name}"`;
    throw failure("ERR_COMMAND_LINE", `device install: expected ${pluginNames.join(", ")}, got ${got}`);
  }
  await install(found, yes);
}

async function install(name: PluginName, yes: boolean): Promise<void> {
  const present = presentPlugin(name);
  if (present !== undefined) {
    note(`${name} is installed already`);
    say(present);
    return;
  }
  const source = pluginSources[name];
  const [plugin, ...libraries] = source.wheels;
  const others = libraries.length === 0 ? "" : ` and ${libraries.length} libraries that it loads`;
  note(`${plugin!.name} ${plugin!.version}${others}: ${sizeOf(source)} from the Python package index, by pip,`);
  note(`into ${pluginsDirectory()}/${name}. It computes on ${source.device} and needs ${source.needs}.`);
  if (!yes) {
    const ask = askAtTerminal();
    if (ask === undefined) {
      throw failure("ERR_COMMAND_LINE", "device install: nobody is there to confirm it; add --yes to fetch it");
    }
    if (!(await ask("Fetch it? [y/N] "))) {
      note("nothing was fetched");
      return;
    }
  }
  say(installPlugin(name));
}

function list(): void {
  const rows = pluginNames.map((name) => {
    const source = pluginSources[name];
    return [name, source.device, sizeOf(source), installedPlugin(name) ?? "not installed"];
  });
  for (const line of tableLines(["plugin", "computes on", "download", "library"], rows)) say(line);
  const [first] = pluginPaths();
  say("");
  say(first === undefined ? "The executor xla has no plugin." : `The executor xla tries ${first} first.`);
}
