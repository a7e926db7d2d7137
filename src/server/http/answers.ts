/** The forms of answers: JSON, refusals, files, and bytes that come piece by piece. */
import { createReadStream, statSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { stringify } from "../../arrow/runMetadata.ts";
import type { Guard } from "../guard.ts";
import type { ClientRequest } from "./request.ts";

export const arrowStream = "application/vnd.apache.arrow.stream";

export function refuse(response: ServerResponse, status: number, why: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.end(`${JSON.stringify({ error: { message: why } })}\n`);
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader("Content-Type", "application/json");
  response.end(`${stringify(value)}\n`);
}

/** Writes bytes of a long answer as fast as the client takes them. */
export interface Outlet {
  /** Whether the client is still there. */
  readonly isOpen: () => boolean;
  /** Writes bytes and waits until the socket takes more. Returns false if the client has gone. */
  write(bytes: Uint8Array): Promise<boolean>;
}

export function makeOutlet(response: ServerResponse, guard: Guard): Outlet {
  let open = !response.destroyed;
  let wake: (() => void) | undefined;
  const go = guard(() => wake?.());
  response.on("drain", go);
  response.on(
    "close",
    guard(() => {
      open = false;
      go();
    }),
  );
  return {
    isOpen: () => open,
    async write(bytes) {
      if (!open) return false;
      if (response.write(bytes)) return true;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = undefined;
      return open;
    },
  };
}

/** Sends a file or one range of it. A file that still grows is sent at its present length. */
export function sendFile(request: ClientRequest, response: ServerResponse, path: string, guard: Guard) {
  let size: number;
  try {
    size = statSync(path).size;
  } catch {
    return refuse(response, 404, "the file of the run is gone");
  }
  const range = rangeOf(request.range, size);
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
  const destroy = guard(() => response.destroy());
  stream.on("error", destroy);
  // A file that was cut meanwhile ends before the announced length.
  stream.on(
    "end",
    guard(() => {
      if (stream.bytesRead < end - start) destroy();
    }),
  );
  response.on(
    "close",
    guard(() => stream.destroy()),
  );
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
