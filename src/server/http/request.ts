/** Reads what a request asks for and what it shows, once and in one place. Nothing here throws. */
import type { IncomingMessage } from "node:http";

/** What a client asks for. Every field holds text from outside. */
export interface ClientRequest {
  readonly method: string;
  /** Path as it was sent, always with a slash at its beginning. */
  readonly path: string;
  /** Parts of the path between its slashes, decoded. */
  readonly parts: readonly string[];
  /** Parameters, each given once, without the token. */
  readonly query: ReadonlyMap<string, string>;
  /** Name and port of `Host` in small letters; "" if it is missing. */
  readonly host: string;
  /** `Origin` in small letters. */
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`: how the page that asks is related to this server, as the browser says. */
  readonly site: string | undefined;
  /** Token that the client shows as `Authorization: Bearer` or `?token=`. */
  readonly token: string | undefined;
  readonly cookies: ReadonlyMap<string, string>;
  /** Subprotocols that a WebSocket offers. */
  readonly protocols: readonly string[];
  /** Range of bytes. */
  readonly range: string | undefined;
}

/** Why a request is not answered: status and a sentence. */
interface Refusal {
  readonly status: number;
  readonly why: string;
}

export const isRefusal = (value: object): value is Refusal => "status" in value;

/** Number of characters that the target of a request may have. */
const longestTarget = 8192;

/** Reads a request. A request that cannot be understood gives a refusal with status 400 or 414. */
export function parseRequest({ method = "", url = "", headers }: Pick<IncomingMessage, "method" | "url" | "headers">) {
  const refuse = (why: string, status = 400): Refusal => ({ status, why });
  if (url.length > longestTarget) return refuse(`the address has more than ${longestTarget} characters`, 414);
  // A proxy may send the whole address (RFC 9112, 3.2.2). Its authority says nothing that Host does not say.
  const target = url.replace(/^https?:\/\/[^/?#]*/i, "");
  const [, path = "", search = ""] = /^([^?#]*)(?:\?([^#]*))?/.exec(target) ?? [];
  if (!path.startsWith("/")) return refuse("expected an address that begins with a slash");
  const parts: string[] = [];
  for (const part of path.slice(1).split("/")) {
    const text = decoded(part);
    if (text === undefined) return refuse("the address holds a % that is not followed by UTF-8 in hexadecimal digits");
    parts.push(text);
  }
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (query.has(name)) return refuse(`the parameter ${JSON.stringify(name.slice(0, 40))} is given twice`);
    query.set(name, value);
  }
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  const token = bearer ?? query.get("token");
  query.delete("token");
  const request: ClientRequest = {
    method,
    path,
    parts,
    query,
    host: (headers.host ?? "").toLowerCase(),
    origin: headers.origin?.toLowerCase(),
    site: textOf(headers["sec-fetch-site"]),
    token,
    cookies: cookiesOf(headers.cookie ?? ""),
    protocols: (headers["sec-websocket-protocol"] ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    range: headers.range,
  };
  return request;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join() : value;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Reads the header Cookie. Of two cookies with one name the first counts, which has the longer path (RFC 6265, 5.4). */
function cookiesOf(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}
