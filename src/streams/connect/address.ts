import { failure } from "../../errors.ts";

/** Address of a server's stream. */
export interface StreamAddress {
  readonly url: string;
  /** The address without the token, for messages. */
  readonly shown: string;
}

const protocols: Readonly<Record<string, string>> = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" };
const expected =
  "expected the address that the server prints, such as http://127.0.0.1:4747/?token=SECRET; its protocol is http, https, ws or wss";

/**
 * Makes the address of the stream from that of the page. A path stays, so a proxy may serve the page under one; of the
 * parameters only the token does.
 *
 * @throws {TypeError} ERR_OPTION_TYPE, {RangeError} ERR_OPTION_RANGE
 */
export function streamAddress(who: string, given: unknown): StreamAddress {
  if (typeof given !== "string" && !(given instanceof URL)) {
    throw failure(
      "ERR_OPTION_TYPE",
      `${who}: ${expected}, got ${given === undefined ? "nothing" : `a ${typeof given}`}`,
    );
  }
  const page = URL.canParse(String(given)) ? new URL(given) : undefined;
  const protocol = page === undefined ? undefined : protocols[page.protocol];
  // What was given may hold the token, so no message shows it.
  if (page === undefined || protocol === undefined) {
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: ${expected}, got ${page?.protocol.slice(0, -1) ?? "a text that is not an address"}`,
    );
  }
  const path = page.pathname.replace(/\/(stream)?$/, "");
  const token = page.searchParams.get("token");
  const user = page.username === "" ? "" : `${page.username}:${page.password}@`;
  const parameters = token === null ? "" : `?token=${encodeURIComponent(token)}`;
  return {
    url: `${protocol}//${user}${page.host}${path}/stream${parameters}`,
    shown: `${page.protocol}//${page.host}${path}/`,
  };
}
