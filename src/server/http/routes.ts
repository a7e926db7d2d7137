/** Everything that is fetched by HTTP: the page, the list of runs, their files, rows between two steps, figures. */

import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { attemptOf } from "../../arrow/attemptFiles.ts";
import type { ConnectionHost } from "../connection.ts";
import type { Guard } from "../guard.ts";
import { sendEnds } from "../list/ends.ts";
import { listPieces } from "../list/listedRun.ts";
import type { EndCertificates, RunInfo } from "../messages.ts";
import { makePauses } from "../turns.ts";
import type { Access } from "./access.ts";
import { makeOutlet, refuse, sendFile, sendJson } from "./answers.ts";
import type { FigureDesk } from "./figureDesk.ts";
import type { ConnectionLimits } from "./limits.ts";
import { type ClientRequest, isRefusal, parseRequest } from "./request.ts";
import { sendRows } from "./rows.ts";

const pageFiles: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/viewer.js": { file: "viewer.js", type: "text/javascript; charset=utf-8" },
  "/viewer.css": { file: "viewer.css", type: "text/css; charset=utf-8" },
};

interface RoutesOptions {
  /** What connections use too. */
  readonly host: ConnectionHost;
  readonly access: Access;
  readonly limits: ConnectionLimits;
  readonly pageDirectory: string;
  readonly figures: FigureDesk;
  readonly certificates: () => Promise<EndCertificates>;
}

/** Makes the function that answers requests. */
export function makeRoutes({ host, access, limits, pageDirectory, figures, certificates }: RoutesOptions) {
  const { guard } = host;

  function isForeign(request: ClientRequest, response: ServerResponse): boolean {
    const { method } = request;
    if (!access.hostAllowed(request)) {
      refuse(
        response,
        403,
        "this server does not answer to that Host; open the address that it printed, or allow the host",
      );
    } else if (method !== "GET" && method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      refuse(response, 405, "only GET and HEAD are allowed");
    } else return false;
    return true;
  }

  async function drawFigures(response: ServerResponse): Promise<void> {
    const asking = new AbortController();
    response.on(
      "close",
      guard(() => asking.abort()),
    );
    const list = await figures.list(asking.signal);
    if (list !== undefined) sendJson(response, { figures: list });
  }

  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = parseRequest(message);
    secure(isRefusal(request) ? "" : request.host, response);
    if (isRefusal(request)) return refuse(response, request.status, request.why);
    if (isForeign(request, response)) return;
    const { path, parts } = request;
    const page = pageFiles[path];
    if (page !== undefined) {
      const cookie = path === "/" ? access.cookieFor(request) : undefined;
      if (cookie !== undefined) response.setHeader("Set-Cookie", cookie);
      // The code of the page needs no token; everything it shows does.
      return sendPage(response, pageDirectory, page.file, page.type);
    }
    if (path === "/favicon.ico") return refuse(response, 404, "there is no icon here");
    if (!access.originAllowed(request)) return refuse(response, 403, "this origin is not allowed");
    const right = access.rightOf(request);
    if (right === undefined) {
      return refuse(
        response,
        401,
        "the token is missing or wrong; the address that the server printed ends in ?token=...",
      );
    }
    limits.welcome(message.socket);
    if (path === "/runs") return sendList(response, host.runs(right), guard);
    if (path === "/ends") return sendEnds(response, host.served(), request.query, guard);
    if (path === "/figures") return drawFigures(response);
    if (path === "/certificates") return sendJson(response, await certificates());
    const figure = /^\/figures\/([a-z-]+)\.svg$/.exec(path)?.[1];
    if (figure !== undefined) return sendFigure(response, await figures.svg(figure));
    const [place, name = "", what] = parts;
    if (place === "runs" && parts.length === 2) return sendRun(response, [...host.runs(right, [name])][0]);
    const run = place === "runs" && parts.length === 3 ? host.run(name) : undefined;
    if (run === undefined || what === undefined)
      return refuse(response, 404, "there is nothing at this address; GET /runs lists the runs");
    if (what === "rows") return sendRows(response, run, request.query, guard);
    // The attempt is looked up; no name from outside becomes part of a path.
    const attempt = attemptOf(what);
    const file = attempt === undefined ? undefined : run.fileOf(attempt);
    if (file === undefined) return refuse(response, 404, "the run has no such file");
    return sendFile(request, response, file, guard);
  };
}

function secure(host: string, response: ServerResponse): void {
  const authority = /^[\w.:[\]-]+$/.exec(host)?.[0] ?? "";
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

/** Sends the list of runs, piece by piece as the client takes it. */
async function sendList(response: ServerResponse, runs: Iterable<RunInfo>, guard: Guard): Promise<void> {
  const outlet = makeOutlet(response, guard);
  const pause = makePauses();
  response.setHeader("Content-Type", "application/json");
  response.write('{"runs":');
  for (const piece of listPieces(runs, false)) {
    if (!(await outlet.write(Buffer.from(piece)))) return;
    await pause();
  }
  response.end("}\n");
}

function sendRun(response: ServerResponse, run: RunInfo | undefined) {
  if (run === undefined) return refuse(response, 404, "there is no such run; GET /runs lists the runs");
  sendJson(response, { run });
}

/** Sends a figure. Its policy allows the styles of an SVG and nothing else. */
function sendFigure(response: ServerResponse, svg: string | undefined) {
  if (svg === undefined) return refuse(response, 404, "there is no such figure; GET /figures draws and lists them");
  response.setHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.setHeader("Content-Type", "image/svg+xml; charset=utf-8");
  response.end(svg);
}
