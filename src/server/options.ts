/** What a server may be told, with its defaults, checked. */
import { failure } from "../errors.ts";
import { isLoopback } from "./access.ts";
import type { FigureTitle } from "./messages.ts";
import { defaultPageDirectory } from "./pageFiles.ts";

/** Options of `createViewerServer`. Times in milliseconds. */
export interface ViewerServerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default "127.0.0.1". Another one than loopback demands a token, and TLS is up to a proxy in front. */
  readonly host?: string;
  /** At least 8 characters. Default: 24 random bytes. */
  readonly token?: string;
  /** Further names in a request's Host by which this server is meant, `example.org` or `example.org:8443`. */
  readonly allowedHosts?: readonly string[];
  /** Further origins whose pages may connect, `https://example.org`. */
  readonly allowedOrigins?: readonly string[];
  /** Bytes that may wait for a viewer before it counts as slow. Default 1 MB. */
  readonly bufferedBytes?: number;
  /** Bytes of a run kept in memory for late viewers where it has no file. Default 32 MB; the oldest rows go first. */
  readonly memoryBytes?: number;
  /** Viewers at once. Default 64. */
  readonly connections?: number;
  /** Default 30,000. */
  readonly pingEvery?: number;
  /** Default 5,000. */
  readonly heartbeatEvery?: number;
  /** A viewer that answers no ping for so long is closed with 4408. Default 30,000. */
  readonly silence?: number;
  /** Where warnings go. Default `process.emitWarning`. */
  readonly warn?: (message: string) => void;
  /** The page's files. Default: those of the package. */
  readonly pageDirectory?: string;
  /** Figures of what is served, drawn when a viewer asks for them. Default: none. */
  readonly figures?: FigureGallery;
}

/** Draws figures, as SVG. */
export interface FigureGallery {
  /** Those that can be drawn now, from the files as they are. */
  list(): Promise<readonly FigureTitle[]>;
  /** The figure as it was drawn for the last list; undefined: it was not in it. */
  svg(name: string): string | undefined;
}

type Optional = "token" | "figures";
type CheckedOptions = Required<Omit<ViewerServerOptions, Optional>> & Pick<ViewerServerOptions, Optional>;

const shortestToken = 8;
const longestTime = 2 ** 31 - 1;

/** @throws ERR_OPTION_RANGE */
export function checkOptions(options: ViewerServerOptions): CheckedOptions {
  const checked: CheckedOptions = {
    port: 0,
    host: "127.0.0.1",
    allowedHosts: [],
    allowedOrigins: [],
    bufferedBytes: 1 << 20,
    memoryBytes: 32 << 20,
    connections: 64,
    pingEvery: 30_000,
    heartbeatEvery: 5000,
    silence: 30_000,
    warn: (message) => process.emitWarning(message, "FluxionWarning"),
    pageDirectory: options.pageDirectory ?? defaultPageDirectory(),
    ...options,
  };
  const { port, host, token } = checked;
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw range(`expected port to be an integer from 0 to 65535 (0: any free one), got ${port}`);
  }
  for (const name of ["bufferedBytes", "memoryBytes", "connections"] as const) {
    const value = checked[name];
    if (!(value >= 1)) throw range(`expected ${name} to be at least 1, got ${value}`);
  }
  for (const name of ["pingEvery", "heartbeatEvery", "silence"] as const) {
    const value = checked[name];
    if (!(value > 0 && value <= longestTime)) {
      throw range(`expected ${name} to be a positive number of milliseconds, got ${value}`);
    }
  }
  if (token !== undefined && token.length < shortestToken) {
    throw range(`expected a token of at least ${shortestToken} characters, got ${token.length}`);
  }
  if (!isLoopback(host) && token === undefined) {
    throw range(`${host} can be reached from other machines: give a token of your own, or listen on 127.0.0.1`);
  }
  return checked;
}

function range(message: string): Error {
  return failure("ERR_OPTION_RANGE", `createViewerServer: ${message}`);
}
