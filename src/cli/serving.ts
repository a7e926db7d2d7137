/** The page: flags that say where, starting its server, and how long it stays. */
import { Option } from "commander";
import { failure } from "../errors.ts";
import { numberFrom } from "../experiments/threads/flags.ts";
import { createViewerServer, type ViewerServer } from "../server/createViewerServer.ts";
import type { FigureGallery } from "../server/options.ts";
import { openBrowser } from "./openBrowser.ts";
import { waitForSignal } from "./signals.ts";

export interface ServeFlags {
  /** A port; true: any free one; false: no page. */
  readonly serve?: number | boolean;
  readonly host?: string;
  readonly token?: string;
  readonly open?: boolean;
}

export function portFrom(text: string): number {
  const port = numberFrom("--serve", text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw failure("ERR_COMMAND_LINE", `--serve: expected a port from 0 to 65535 (0: any free one), got "${text}"`);
  }
  return port;
}

export function serveOptions(): Option[] {
  return [
    new Option("--serve [port]", "serve the page on this port (default: any free one)").argParser(portFrom),
    new Option("--no-serve", "no page"),
    new Option("--host <address>", "listen there instead of on this machine only; demands --token"),
    new Option("--token <text>", "what the page's address must carry (default: random)"),
    new Option("--open", "open the page in the browser"),
  ];
}

export interface ServeWish {
  /** Undefined: any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly open: boolean;
}

/** What the flags ask for; undefined: no page. */
export function wishOf({ serve = true, host, token, open = false }: ServeFlags): ServeWish | undefined {
  if (serve === false) return undefined;
  return {
    open,
    ...(typeof serve === "number" ? { port: serve } : {}),
    ...(host === undefined ? {} : { host }),
    ...(token === undefined ? {} : { token }),
  };
}

/** Starts the server and says where the page is. @throws ERR_PORT_IN_USE, ERR_LISTEN, ERR_OPTION_RANGE */
export async function startServer(
  wish: ServeWish | undefined,
  figures: FigureGallery,
): Promise<ViewerServer | undefined> {
  if (wish === undefined) return undefined;
  const { open, ...options } = wish;
  const warn = (message: string): void => console.error(`fluxion: ${message}`);
  const server = await createViewerServer({ ...options, figures, warn });
  console.error(`page: ${server.url}`);
  if (open) openBrowser(server.url);
  return server;
}

/** In a terminal the page stays until Ctrl-C; a script goes on. */
export async function keepServing(server: ViewerServer | undefined): Promise<void> {
  if (server === undefined || !(process.stdin.isTTY && process.stdout.isTTY)) return;
  console.error(`the page stays at ${server.url} until Ctrl-C`);
  await waitForSignal();
}
