/** Checks the names and origins that a server is told to allow, before it listens. */

/** The value as requests show it, or what is wrong with it. */
export type Allowed = { readonly value: string } | { readonly mistake: string };

const longest = 80;

/** Reads a name of a server as `Host` shows it: `runs.example.org`, `runs.example.org:8443`, `[2001:db8::1]:8443`. */
export function allowedHost(text: string): Allowed {
  const wrong = (why: string): Allowed => ({
    mistake: `expected a name as in runs.example.org or runs.example.org:8443, got ${quoted(text)}${why}`,
  });
  if (text.includes("*")) return wrong("; a pattern would let in any site that binds its name to this machine");
  if (text.includes("://")) return wrong("; leave the scheme out");
  if (text.includes("/")) return wrong("; leave the path out");
  if (/^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text)) return wrong(`; write the address as [${text}]`);
  if (!/^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?$/i.test(text)) return wrong(inAscii(text));
  if (Number(/(?<=[^:]:)\d+$/.exec(text)?.[0] ?? 1) > 65_535) return wrong("; ports end at 65535");
  return { value: text.toLowerCase() };
}

/** Reads an origin of pages as `Origin` shows it: `https://lab.example.org`, without the port that the scheme implies. */
export function allowedOrigin(text: string): Allowed {
  const wrong = (why: string): Allowed => ({
    mistake: `expected an origin as in https://lab.example.org, got ${quoted(text)}${why}`,
  });
  if (text.includes("*")) return wrong("; a pattern would let pages of strangers connect");
  if (text.toLowerCase() === "null") return wrong("; every sandboxed frame of every site has this origin");
  if (!/^https?:\/\//i.test(text)) return wrong("; it begins with http:// or https://");
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return wrong("");
  }
  if (url.username !== "" || url.password !== "") return wrong("; leave the user out");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") return wrong(`; only ${url.origin} of it counts`);
  return { value: url.origin };
}

/** What to write instead of a name with letters that no `Host` holds. */
function inAscii(text: string): string {
  try {
    const { host } = new URL(`http://${text}`);
    return host === text.toLowerCase() || !/^[\w.:[\]-]+$/.test(host) ? "" : `; browsers send ${host}`;
  } catch {
    return "";
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}...` : text);
}
