/** Checks who may come in, and what they may do, by the token, the Host and the Origin of a request. */

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { networkInterfaces } from "node:os";
import type { ClientRequest } from "./request.ts";

/** What a client may do: `steer` includes `read`. */
export type Right = "steer" | "read";

export interface Access {
  /** Token of those who may read and steer. */
  readonly token: string;
  /** Token of those who may only read. */
  readonly readToken: string;
  /** Whether the request's Host is a name of this server: the guard against DNS rebinding. */
  hostAllowed(request: ClientRequest): boolean;
  /**
   * Whether the request comes from a page of this server or not from a browser: the guard against cross-site WebSocket
   * hijacking. Scheme, host and port are compared. A page at another port of this machine counts as foreign, although a
   * browser sends it the same cookies.
   */
  originAllowed(request: ClientRequest): boolean;
  /** Returns what the request's token allows, or its cookie where it shows no token; undefined: nothing. */
  rightOf(request: ClientRequest): Right | undefined;
  /**
   * Returns the value of `Set-Cookie` that answers a page opened with a token: one that stands for the token, or one
   * that removes an earlier cookie if the token is wrong. Undefined: the request shows no token.
   */
  cookieFor(request: ClientRequest): string | undefined;
}

interface AccessOptions {
  readonly host: string;
  readonly port: () => number;
  readonly token: string | undefined;
  readonly readToken: string | undefined;
  /** As {@link allowedHost} returns them. */
  readonly allowedHosts: readonly string[];
  /** As {@link allowedOrigin} returns them. */
  readonly allowedOrigins: readonly string[];
}

/** Whether only programs of this machine can reach the address. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

export function randomToken(): string {
  return randomBytes(24).toString("base64url");
}

export function makeAccess(options: AccessOptions): Access {
  const { host, port, token = randomToken(), readToken = randomToken(), allowedHosts, allowedOrigins } = options;
  const extra = new Set(allowedHosts);
  const origins = new Set(allowedOrigins);
  const secrets = [["steer", token] as const, ["read", readToken] as const].map(([right, secret]) => ({
    right,
    digest: digestOf(secret),
    // The cookie stands for the token without showing it: cookies ignore ports, so other servers of this machine get it.
    cookie: createHmac("sha256", secret).update("fluxion cookie").digest("base64url"),
  }));
  // Random where the token is, and the same after a restart with the same token, so that pages find their cookie.
  const id = createHmac("sha256", token).update("fluxion cookie name").digest("hex").slice(0, 12);
  const cookieName = (): string => `fluxion-${port()}-${id}`;

  function own(): Set<string> {
    const names = ["127.0.0.1", "localhost", "[::1]", bracketed(host)];
    if (host === "0.0.0.0" || host === "::") {
      for (const list of Object.values(networkInterfaces()))
        for (const { address } of list ?? []) names.push(bracketed(address));
    }
    return new Set(names.map((name) => `${name.toLowerCase()}:${port()}`));
  }
  // A name without a port in allowedHosts stands for every port, since a proxy in front has a port of its own. Browsers
  // leave out the port that the scheme implies, and only the proxy knows the scheme.
  const named = (authority: string): boolean =>
    [authority, authority.replace(/:\d+$/, ""), `${authority}:443`, `${authority}:80`].some((name) => extra.has(name));
  function sameOrigin(origin: string): boolean {
    const [, scheme, name, given] = /^(https?):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/.exec(origin) ?? [];
    if (scheme === undefined || name === undefined) return false;
    const authority = `${name}:${given ?? (scheme === "https" ? 443 : 80)}`;
    // This server speaks http; only a proxy, which has a name of its own, speaks https.
    return named(authority) || (scheme === "http" && own().has(authority));
  }

  return {
    token,
    readToken,
    hostAllowed: ({ host: given }) => own().has(/:\d+$/.test(given) ? given : `${given}:80`) || named(given),
    originAllowed({ origin, site }) {
      if (origin === undefined) return site === undefined || site === "same-origin" || site === "none";
      return origins.has(origin) || sameOrigin(origin);
    },
    rightOf({ token: given, cookies }) {
      if (given !== undefined) {
        // Digests all have the same length, so the comparison reveals nothing about the length of a token.
        const digest = digestOf(given);
        return secrets.find((secret) => timingSafeEqual(digest, secret.digest))?.right;
      }
      const cookie = cookies.get(cookieName());
      if (cookie === undefined) return undefined;
      const digest = digestOf(cookie);
      return secrets.find((secret) => timingSafeEqual(digest, digestOf(secret.cookie)))?.right;
    },
    cookieFor(request) {
      if (request.token === undefined) return undefined;
      const right = this.rightOf(request);
      const secret = secrets.find((each) => each.right === right);
      const rules = "Path=/; HttpOnly; SameSite=Strict";
      return secret === undefined
        ? `${cookieName()}=; Max-Age=0; ${rules}`
        : `${cookieName()}=${secret.cookie}; ${rules}`;
    },
  };
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Returns the address with the token, for people to open. */
export function pageAddress(host: string, port: number, token: string): string {
  return `http://${bracketed(host === "0.0.0.0" || host === "::" ? "localhost" : host)}:${port}/?token=${encodeURIComponent(token)}`;
}
