/** Checks who may come in, by the token, the Host and the Origin of a request. */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { networkInterfaces } from "node:os";

export interface Access {
  readonly token: string;
  /** Whether the request's Host is a name of this server: the guard against DNS rebinding. */
  hostAllowed(request: IncomingMessage): boolean;
  /**
   * Whether the request comes from a page of this server or not from a browser: the guard against cross-site WebSocket
   * hijacking.
   */
  originAllowed(request: IncomingMessage): boolean;
  /** Whether the request has the token, as `?token=` or `Authorization: Bearer`. */
  tokenGiven(request: IncomingMessage): boolean;
}

interface AccessOptions {
  readonly host: string;
  readonly port: () => number;
  readonly token: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** Whether only programs of this machine can reach the address. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

export function makeAccess({ host, port, token, allowedHosts, allowedOrigins }: AccessOptions): Access {
  const secret = token ?? randomBytes(24).toString("base64url");
  const digest = digestOf(secret);
  const extra = new Set(allowedHosts.map((name) => name.toLowerCase()));
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, "")));

  function own(): Set<string> {
    const names = isLoopback(host)
      ? ["127.0.0.1", "localhost", "[::1]", bracketed(host)]
      : [bracketed(host), "127.0.0.1", "localhost", "[::1]"];
    if (host === "0.0.0.0" || host === "::") {
      for (const list of Object.values(networkInterfaces()))
        for (const { address } of list ?? []) names.push(bracketed(address));
    }
    return new Set(names.map((name) => `${name.toLowerCase()}:${port()}`));
  }
  // A name without a port in allowedHosts stands for every port, since a proxy in front has a port of its own.
  const known = (authority: string): boolean =>
    own().has(authority) || extra.has(authority) || extra.has(authority.replace(/:\d+$/, ""));

  return {
    token: secret,
    hostAllowed: (request) => known((request.headers.host ?? "").toLowerCase()),
    originAllowed(request) {
      const origin = request.headers.origin?.toLowerCase();
      if (origin === undefined) return request.headers["sec-fetch-site"] !== "cross-site";
      if (origins.has(origin)) return true;
      let url: URL;
      try {
        url = new URL(origin);
      } catch {
        return false;
      }
      const standard = url.protocol === "https:" ? "443" : "80";
      return known(`${url.hostname}:${url.port === "" ? standard : url.port}`);
    },
    tokenGiven(request) {
      const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
      const given = bearer ?? new URL(request.url ?? "/", "http://localhost").searchParams.get("token") ?? "";
      // Digests all have the same length, so the comparison reveals nothing about the length of the token.
      return timingSafeEqual(digestOf(given), digest);
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
