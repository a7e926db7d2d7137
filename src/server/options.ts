/** Options of the server: their defaults, ranges and checks. */
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import { isLoopback } from "./http/access.ts";
import { type Allowed, allowedHost, allowedOrigin } from "./http/allowed.ts";
import { defaultPageDirectory } from "./http/pageFiles.ts";
import type { EndCertificates, FigureTitle } from "./messages.ts";

const who = "createViewerServer";

/** Options of `createViewerServer`. Times are in milliseconds. */
export interface ViewerServerOptions {
  /** Port on which the server listens, 0 to 65535. Default 0: any free port. */
  readonly port?: number;
  /**
   * Address on which the server listens. Default "127.0.0.1". One that is not loopback demands a token; a proxy in
   * front must add TLS.
   */
  readonly host?: string;
  /**
   * Token of those who may read and steer, at least 8 characters, which requests must show. Default: 24 random bytes.
   */
  readonly token?: string;
  /** Token of those who may only read, at least 8 characters, other than `token`. Default: 24 random bytes. */
  readonly readToken?: string;
  /**
   * Further names of this server in the Host of requests, such as `example.org` (at every port) or `example.org:8443`.
   * Default: none.
   */
  readonly allowedHosts?: readonly string[];
  /** Further origins whose pages may connect, such as `https://example.org`. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** Number of bytes that may wait for a viewer before it counts as slow, at least 1. Default 1 MB (2^20 bytes). */
  readonly bufferedBytes?: number;
  /**
   * Number of bytes per run kept in memory for late viewers where it has no file, at least 1. Default 32 MB (2^25
   * bytes); the oldest rows are dropped first.
   */
  readonly memoryBytes?: number;
  /** Number of viewers that may be connected at once, at least 1. Default 64. */
  readonly connections?: number;
  /** Time between two pings to a viewer, above 0. Default 30,000. */
  readonly pingEvery?: number;
  /** Time between two heartbeats to a viewer, above 0. Default 5,000. */
  readonly heartbeatEvery?: number;
  /** Time after which a viewer that answers no ping is closed with 4408, above 0. Default 30,000. */
  readonly silence?: number;
  /** Function that gets warnings. Default `process.emitWarning`. */
  readonly warn?: (message: string) => void;
  /** Path of the directory with the files of the page. Default: that of the package. */
  readonly pageDirectory?: string;
  /** Figures of the runs served, drawn when a viewer asks for them. Default: none. */
  readonly figures?: FigureGallery;
  /** Function that reads what is proved of the ends of the runs served, as it is now. Default: nothing is. */
  readonly certificates?: () => EndCertificates | Promise<EndCertificates>;
}

/** Draws figures as SVG. */
export interface FigureGallery {
  /**
   * Lists the figures that can be drawn now, from the files as they are. It is called again only when the call before
   * has ended.
   *
   * @param signal aborted when whoever asked has gone, or when the server closes
   */
  list(signal: AbortSignal): Promise<readonly FigureTitle[]>;
  /** Returns the figure as it was drawn for the last list; undefined: it was not in that list. */
  svg(name: string): string | undefined | Promise<string | undefined>;
}

const shortestToken = 8;

const isString = (value: unknown): boolean => typeof value === "string";
const isFunction = (value: unknown): boolean => typeof value === "function";
const areStrings = (value: readonly unknown[]): boolean => Array.isArray(value) && value.every(isString);
/** Timers take at most 31 bits of milliseconds. */
const milliseconds = { above: 0, max: 2 ** 31 - 1 } as const;
/** Infinity stands for no limit. */
const limit = { min: 1, infinite: true } as const;

const rules = {
  port: { default: 0, integer: true, min: 0, max: 65_535 },
  host: { default: "127.0.0.1", expected: "a name or an address of this machine", is: isString },
  token: { expected: "a string", is: isString, secret: true },
  readToken: { expected: "a string", is: isString, secret: true },
  allowedHosts: { default: [], expected: "an array of names", is: areStrings },
  allowedOrigins: { default: [], expected: "an array of origins", is: areStrings },
  bufferedBytes: { ...limit, default: 1 << 20 },
  memoryBytes: { ...limit, default: 32 << 20 },
  connections: { ...limit, default: 64 },
  pingEvery: { ...milliseconds, default: 30_000 },
  heartbeatEvery: { ...milliseconds, default: 5000 },
  silence: { ...milliseconds, default: 30_000 },
  warn: {
    default: (message: string): void => process.emitWarning(message, "FluxionWarning"),
    expected: "a function of the message",
    is: isFunction,
  },
  pageDirectory: { expected: "the path of a directory", is: isString },
  figures: {
    expected: "an object with the methods list and svg",
    is: (value: Partial<FigureGallery> | null) => isFunction(value?.list) && isFunction(value?.svg),
  },
  certificates: { expected: "a function that returns certificates", is: isFunction },
} as const;

/** Checks the options and fills in their defaults. @throws ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN, ERR_OPTION_RANGE */
export function checkOptions(options: ViewerServerOptions) {
  const checked = readOptions(who, options, rules);
  const { host, token, readToken, pageDirectory = defaultPageDirectory() } = checked;
  // This is checked by hand because the message of a rule would show the token.
  for (const [name, secret] of Object.entries({ token, readToken })) {
    if (secret === undefined || secret.length >= shortestToken) continue;
    throw range(`expected ${name} to be a string of at least ${shortestToken} characters, got ${secret.length}`);
  }
  if (token !== undefined && token === readToken) throw range("expected readToken to differ from token");
  if (!isLoopback(host) && token === undefined) {
    throw range(`${host} can be reached from other machines: give a token of your own, or listen on 127.0.0.1`);
  }
  const allowedHosts = allowed("allowedHosts", checked.allowedHosts, allowedHost);
  const allowedOrigins = allowed("allowedOrigins", checked.allowedOrigins, allowedOrigin);
  return { ...checked, allowedHosts, allowedOrigins, pageDirectory };
}

function allowed(name: string, given: readonly string[], read: (text: string) => Allowed): readonly string[] {
  return given.map((text) => {
    const result = read(text);
    if ("mistake" in result) throw range(`${name}: ${result.mistake}`);
    return result.value;
  });
}

function range(message: string): Error {
  return failure("ERR_OPTION_RANGE", `${who}: ${message}`);
}
