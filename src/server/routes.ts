/** Everything that is fetched by HTTP: the page, the list of runs, their files, rows between two steps, figures. */

import { createReadStream, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { endOfStream } from "../arrow/recordBatch.ts";
import { stringify } from "../arrow/runMetadata.ts";
import type { Access } from "./access.ts";
import type { ConnectionHost } from "./connection.ts";
import { encode, sameFields } from "./ipc.ts";
import type { FigureGallery } from "./options.ts";
import { planFor, renderThinned, renderWhole, unknownColumns } from "./render.ts";
import type { ServedRun } from "./servedRun.ts";

const arrowStream = "application/vnd.apache.arrow.stream";
const pageFiles: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/viewer.js": { file: "viewer.js", type: "text/javascript; charset=utf-8" },
  "/viewer.css": { file: "viewer.css", type: "text/css; charset=utf-8" },
};

/** Makes the function that answers requests. `host` is what connections use too. */
export function makeRoutes(host: ConnectionHost, access: Access, pageDirectory: string, figures?: FigureGallery) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    secure(request, response);
    if (!access.hostAllowed(request)) {
      return refuse(
        response,
        403,
        "this server does not answer to that Host; open the address that it printed, or allow the host",
      );
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return refuse(response, 405, "only GET and HEAD are allowed");
    }
    const url = new URL(request.url ?? "/", "http://localhost");
    const page = pageFiles[url.pathname];
    // The code of the page needs no token; everything it shows does.
    if (page !== undefined) return sendPage(response, pageDirectory, page.file, page.type);
    if (url.pathname === "/favicon.ico") return refuse(response, 404, "there is no icon here");
    if (!access.originAllowed(request)) return refuse(response, 403, "this origin is not allowed");
    if (!access.tokenGiven(request)) {
      return refuse(
        response,
        401,
        "the token is missing or wrong; the address that the server printed ends in ?token=...",
      );
    }
    if (url.pathname === "/runs") return sendJson(response, { runs: host.runs() });
    if (url.pathname === "/figures") return sendJson(response, { figures: (await figures?.list()) ?? [] });
    const figure = /^\/figures\/([a-z-]+)\.svg$/.exec(url.pathname)?.[1];
    if (figure !== undefined) return sendFigure(response, figures?.svg(figure));
    const [, name, what] = /^\/runs\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
    const run = name === undefined ? undefined : host.run(decoded(name));
    if (run === undefined || what === undefined)
      return refuse(response, 404, "there is nothing at this address; GET /runs lists the runs");
    if (what === "rows") return sendRows(response, run, url.searchParams);
    // The attempt is looked up; no name from outside becomes part of a path.
    const attempt = /^iterates-(\d{4,})\.arrows$/.exec(what)?.[1];
    const path = attempt === undefined ? undefined : run.fileOf(Number(attempt));
    if (path === undefined) return refuse(response, 404, `the run has no file ${what}`);
    return sendFile(request, response, path);
  };
}

function secure(request: IncomingMessage, response: ServerResponse): void {
  const authority = /^[\w.:[\]-]+$/.exec(request.headers.host ?? "")?.[0] ?? "";
  const connect = authority === "" ? "'self'" : `'self' ws://${authority} wss://${authority}`;
  response.setHeader(
    "Content-Security-Policy",
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ${connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cache-Control", "no-store");
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.end(`${JSON.stringify({ error: { message: why } })}\n`);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader("Content-Type", "application/json");
  response.end(`${stringify(value)}\n`);
}

function sendPage(response: ServerResponse, directory: string, file: string, type: string) {
  let bytes: Buffer;
  try {
    bytes = readFileSync(`${directory}/${file}`);
  } catch {
    return refuse(response, 503, `the page is not built: ${file} is missing; run npm run build`);
  }
  response.setHeader("Content-Type", type);
  response.end(bytes);
}

/** Sends a figure. Its policy allows the styles of an SVG and nothing else. */
function sendFigure(response: ServerResponse, svg: string | undefined) {
  if (svg === undefined) return refuse(response, 404, "there is no such figure; GET /figures draws and lists them");
  response.setHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.setHeader("Content-Type", "image/svg+xml; charset=utf-8");
  response.end(svg);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return "";
  }
}

const integer = z.coerce.number().int().nonnegative();
const rowsQuery = z.strictObject({
  token: z.string().optional(),
  fromStep: integer.default(0),
  toStep: integer.optional(),
  /** Number of steps at the end of the run to which the rows are limited. */
  last: z.coerce.number().int().min(1).optional(),
  points: z.coerce.number().int().min(16).max(1_000_000).optional(),
  scale: z.enum(["linear", "log"]).default("linear"),
  columns: z.string().min(1).optional(),
});

/**
 * Answers `GET /runs/<name>/rows?fromStep=&toStep=&last=&points=&scale=&columns=a,b` with the rows between two steps,
 * or those of the last steps, as an Arrow stream, thinned to `points` if given.
 */
async function sendRows(response: ServerResponse, run: ServedRun, query: URLSearchParams): Promise<void> {
  const parsed = rowsQuery.safeParse(Object.fromEntries(query));
  if (!parsed.success) return refuse(response, 400, z.prettifyError(parsed.error));
  const { toStep = Number.POSITIVE_INFINITY, last, points, scale, columns } = parsed.data;
  const names = columns?.split(",");
  const newest = run.segments.at(-1);
  if (newest === undefined) return refuse(response, 404, "the run has no rows yet");
  const unknown = unknownColumns(newest.header, names ?? []);
  if (unknown.length > 0) return refuse(response, 400, `the run has no column ${unknown.join(", ")}`);
  const fromStep = Math.max(parsed.data.fromStep, last === undefined ? 0 : (newest.lastStep ?? 0) - last + 1);
  const { ranges } = run.stretch({ segment: 0, batch: 0 }, fromStep, toStep + 1);
  const plans = ranges.map((range) => planFor(range.header, names));
  const rendered =
    points === undefined
      ? ranges.map((range, index) => renderWhole(range, plans[index]!))
      : await renderThinned(ranges, plans, { points, scale });
  const parts: Uint8Array[] = [];
  let header: Uint8Array | undefined;
  for (const part of rendered) {
    // An attempt with other columns begins a new stream.
    if (header === undefined || !sameFields(header, part.header)) {
      if (header !== undefined) parts.push(endOfStream);
      parts.push(part.header);
      header = part.header;
    }
    parts.push(part.batches);
  }
  if (header === undefined) parts.push(encode(planFor(newest.header, names).schema, []).header);
  parts.push(endOfStream);
  response.setHeader("Content-Type", arrowStream);
  response.end(Buffer.concat(parts));
}

/** Sends a file or one range of it. A file that still grows is sent at its present length. */
function sendFile(request: IncomingMessage, response: ServerResponse, path: string) {
  let size: number;
  try {
    size = statSync(path).size;
  } catch {
    return refuse(response, 404, "the file of the run is gone");
  }
  const range = rangeOf(request.headers.range, size);
  response.setHeader("Accept-Ranges", "bytes");
  if (range === "beyond") {
    response.setHeader("Content-Range", `bytes */${size}`);
    return refuse(response, 416, `the file has ${size} bytes`);
  }
  const { start, end } = range ?? { start: 0, end: size };
  response.setHeader("Content-Type", arrowStream);
  response.setHeader("Content-Length", end - start);
  if (range !== undefined) {
    response.statusCode = 206;
    response.setHeader("Content-Range", `bytes ${start}-${end - 1}/${size}`);
  }
  if (request.method === "HEAD" || end === start) {
    response.end();
    return;
  }
  const stream = createReadStream(path, { start, end: end - 1 });
  stream.on("error", () => response.destroy());
  response.on("close", () => stream.destroy());
  stream.pipe(response);
}

/** Reads one `bytes=` range; undefined: no range, or one that may be ignored (RFC 9110, 14.2). */
export function rangeOf(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | "beyond" | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  if (from === "") {
    const length = Math.min(size, Number(to));
    return length === 0 ? "beyond" : { start: size - length, end: size };
  }
  const start = Number(from);
  const end = to === "" ? size : Math.min(size, Number(to) + 1);
  if (to !== "" && Number(to) < start) return undefined;
  return start >= size ? "beyond" : { start, end };
}
