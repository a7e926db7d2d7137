/** A WebSocket that reconnects, after growing pauses with jitter. A server that stays silent counts as lost. */
import type { ServerMessage, SubscriptionRequest } from "../server/messages.ts";

export type LinkState =
  | { readonly kind: "connecting" | "open" }
  /** The connection is lost; the next try is at `retryAt` (milliseconds since 1970). */
  | { readonly kind: "lost"; readonly retryAt: number; readonly why: string }
  /** The server refused; trying again would not help. */
  | { readonly kind: "refused"; readonly why: string };

interface LinkHandlers {
  opened?(link: Link): void;
  message(message: ServerMessage): void;
  rows?(bytes: ArrayBuffer): void;
  state?(state: LinkState): void;
}

export interface Link {
  send(message: ClientMessage): void;
  close(): void;
}

type ClientMessage =
  | { readonly subscribe: SubscriptionRequest }
  | { readonly command: { readonly run: string; readonly id: number } & Readonly<Record<string, unknown>> };

const subprotocol = "v1.fluxion";
/** Milliseconds of silence after which the server counts as lost. It sends a heartbeat every 5 s. */
const silence = 12_000;
/** Milliseconds before the first try to reconnect, and at most before later ones. */
const shortestPause = 400;
const longestPause = 10_000;
/** Close codes after which the same request would fail again. */
const final: Readonly<Record<number, string>> = {
  4400: "the server does not understand this page; reload it",
  4401: "the token is missing or wrong; open the address that the program printed, and allow its cookie",
  4403: "this address is not allowed to connect; open the address that the program printed",
  4404: "the server does not know this run any more",
};

/**
 * Takes the token out of the page's address, so that no history, bookmark or picture of the screen shows it. The answer
 * to the address has set a cookie, which requests show from now on.
 */
export function hideToken(): void {
  const url = new URL(location.href);
  if (!url.searchParams.has("token")) return;
  url.searchParams.delete("token");
  history.replaceState(history.state, "", url);
}

/** Gives the address of what the server has at a path, also where a proxy shows the page below a path of its own. */
export function address(path: `/${string}`): string {
  return new URL(`.${path}`, location.href).href;
}

/** @param list how it is told of runs: `brief`, then of changes, or not at all. Default `none` */
export function openLink(handlers: LinkHandlers, list: "brief" | "none" = "none"): Link {
  let socket: WebSocket | undefined;
  let failures = 0;
  let heard = Date.now();
  let closed = false;
  let retry: number | undefined;

  function connect(): void {
    handlers.state?.({ kind: "connecting" });
    const current = new WebSocket(address(`/stream?runs=${list}`).replace(/^http/, "ws"), subprotocol);
    socket = current;
    heard = Date.now();
    current.binaryType = "arraybuffer";
    current.onopen = () => {
      heard = Date.now();
      handlers.state?.({ kind: "open" });
      handlers.opened?.(link);
    };
    current.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      heard = Date.now();
      failures = 0;
      if (typeof data === "string") handlers.message(JSON.parse(data) as ServerMessage);
      else handlers.rows?.(data);
    };
    current.onclose = ({ code, reason }) => {
      if (current === socket) lost(code, reason);
    };
  }
  function lost(code: number, reason: string): void {
    socket = undefined;
    if (closed) return;
    const refusal = final[code];
    if (refusal !== undefined) {
      handlers.state?.({ kind: "refused", why: refusal });
      return;
    }
    const pause = Math.min(longestPause, shortestPause * 2 ** failures++) * (0.5 + Math.random());
    handlers.state?.({ kind: "lost", retryAt: Date.now() + pause, why: reason === "" ? "no connection" : reason });
    retry = window.setTimeout(connect, pause);
  }
  const watch = window.setInterval(() => {
    if (socket === undefined || Date.now() - heard < silence) return;
    const silent = socket;
    lost(1006, `nothing heard for ${Math.round(silence / 1000)} s`);
    silent.close();
  }, 1000);

  const link: Link = {
    send(message) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close() {
      closed = true;
      clearInterval(watch);
      clearTimeout(retry);
      socket?.close();
    },
  };
  connect();
  return link;
}
