/** The page's server: its flags, its start, and how long it stays. */
import { readFileSync, statSync } from "node:fs";
import { Option } from "commander";
import { readFailure } from "../arrow/fileSource.ts";
import { failure } from "../errors.ts";
import { numberFrom } from "../experiments/threads/flags.ts";
import { createViewerServer, type ViewerServer } from "../server/createViewerServer.ts";
import { type Allowed, allowedHost, allowedOrigin } from "../server/http/allowed.ts";
import type { ViewerServerOptions } from "../server/options.ts";
import { inWordsOfCommand } from "./complain.ts";
import { openBrowser } from "./openBrowser.ts";
import { note } from "./output/say.ts";
import { waitForSignal } from "./signals.ts";

export interface ServeFlags {
  /** Port of the page; true for any free one, false for no page. */
  readonly serve?: number | boolean;
  readonly host?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly open?: boolean;
}

/** A parser for the port that the named flag takes. */
export function portOf(flag: string): (text: string) => number {
  return (text) => {
    const port = numberFrom(flag, text);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw failure("ERR_COMMAND_LINE", `${flag}: expected a port from 0 to 65535 (0: any free one), got "${text}"`);
    }
    return port;
  };
}

export function serveOptions(): Option[] {
  return [
    new Option("--serve [port]", "port of the page (default: any free one)").argParser(portOf("--serve")),
    new Option("--no-serve", "run without the page"),
    ...accessOptions(),
  ];
}

/** Options of every command that serves the page: who may open it, and where it opens. */
export function accessOptions(): Option[] {
  return [
    new Option("--host <address>", "address to listen on (default: this machine only); needs --token-file or --token"),
    new Option(
      "--token-file <path>",
      "file whose first line is the secret that the page's address must contain (default: a random one); its second line, if there is one, is a secret that allows reading only",
    ),
    new Option("--token <text>", "the secret itself, which other users of this machine can see in `ps`"),
    new Option(
      "--allow-host <name>",
      "further name by which the page is reached, such as that of a proxy (runs.example.org or runs.example.org:8443); may be given several times",
    ).argParser(collect("--allow-host", allowedHost)),
    new Option(
      "--allow-origin <origin>",
      "further origin whose pages may connect with the secret (https://lab.example.org); may be given several times",
    ).argParser(collect("--allow-origin", allowedOrigin)),
    new Option("--open", "open the page in the browser"),
  ];
}

/** A parser for a flag that may be given several times. */
function collect(
  flag: string,
  read: (text: string) => Allowed,
): (text: string, before?: readonly string[]) => string[] {
  return (text, before = []) => {
    const result = read(text);
    if ("mistake" in result) throw failure("ERR_COMMAND_LINE", `${flag}: ${result.mistake}`);
    return [...before, result.value];
  };
}

export interface ServeWish {
  /** Port of the page. Default: any free one. */
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly readToken?: string;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly open: boolean;
}

/**
 * What the flags ask for; undefined if no page is wanted.
 *
 * @throws ERR_COMMAND_LINE for two secrets; ERR_READ if the file of the secret cannot be read
 */
export function wishOf({ serve = true, open = false, ...access }: ServeFlags): ServeWish | undefined {
  if (serve === false) return undefined;
  return { open, ...(typeof serve === "number" ? { port: serve } : {}), ...accessOf(access) };
}

/**
 * Who may open the page, as options of the server.
 *
 * @throws ERR_COMMAND_LINE for two secrets; ERR_READ if the file of the secret cannot be read
 */
export function accessOf({ host, allowHost, allowOrigin, ...secrets }: Omit<ServeFlags, "serve" | "open">) {
  return {
    ...(host === undefined ? {} : { host }),
    ...(allowHost === undefined ? {} : { allowedHosts: allowHost }),
    ...(allowOrigin === undefined ? {} : { allowedOrigins: allowOrigin }),
    ...secretsOf(secrets),
  };
}

interface Secrets {
  readonly token?: string;
  readonly readToken?: string;
}

/** The secrets that were given: by `--token`, else by `--token-file`, else by the environment. */
function secretsOf({ token, tokenFile }: Pick<ServeFlags, "token" | "tokenFile">): Secrets {
  if (token !== undefined && tokenFile !== undefined) {
    throw failure("ERR_COMMAND_LINE", "expected one of --token and --token-file, got both");
  }
  if (token !== undefined) return { token };
  const { FLUXION_TOKEN, FLUXION_READ_TOKEN } = process.env;
  const [first = "", second = ""] =
    tokenFile === undefined ? [FLUXION_TOKEN, FLUXION_READ_TOKEN] : secretLines(tokenFile).map((line) => line.trim());
  if (tokenFile !== undefined && first === "") {
    throw failure("ERR_COMMAND_LINE", `--token-file: expected a secret in the first line of ${tokenFile}`);
  }
  return { ...(first === "" ? {} : { token: first }), ...(second === "" ? {} : { readToken: second }) };
}

/** The lines of a file that holds secrets. @throws ERR_READ */
export function secretLines(path: string): string[] {
  try {
    // Windows has no such rights.
    if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
      note(`fluxion: other users can read ${path}; run chmod 600 ${path}`);
    }
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    throw readFailure(path, error);
  }
}

/** Starts the server and prints the page's address. @throws ERR_PORT_IN_USE, ERR_LISTEN, ERR_OPTION_RANGE */
export async function startServer(
  wish: ServeWish | undefined,
  shown: Pick<ViewerServerOptions, "figures" | "certificates">,
): Promise<ViewerServer | undefined> {
  if (wish === undefined) return undefined;
  const { open, ...options } = wish;
  const warn = (message: string): void => note(`fluxion: ${inWordsOfCommand(message)}`);
  const server = await createViewerServer({ ...options, ...shown, warn });
  note(`page: ${server.url}`);
  if (options.readToken !== undefined) note(`page, for reading only: ${server.readUrl}`);
  if (open) openBrowser(server.url);
  return server;
}

/** Keeps the page until Ctrl-C if a person sits at the terminal. A script does not wait. */
export async function keepServing(server: ViewerServer | undefined): Promise<void> {
  if (server === undefined || !(process.stdin.isTTY && process.stdout.isTTY)) return;
  note(`the page stays open at ${server.url} until you press Ctrl-C`);
  await waitForSignal();
}
