import { failure } from "../../errors.ts";

/** A message of the server, as far as {@link connect} looks at it. */
export type Message =
  | { readonly kind: "runs"; readonly names: readonly string[] }
  | { readonly kind: "subscribed"; readonly attempt: number }
  | { readonly kind: "gap"; readonly fromStep: number; readonly toStep: number }
  | { readonly kind: "error"; readonly code: string; readonly message: string }
  | { readonly kind: "ended" | "live" | "other" };

/** Steps that are lost for good, since they were in the server's memory only and were dropped there. */
export interface Gap {
  readonly fromStep: number;
  readonly toStep: number;
}

/** What `onConnection` of {@link connect} is told. */
export type ConnectionState =
  | { readonly kind: "open" }
  /** The next try is in `retryIn` seconds. */
  | { readonly kind: "lost"; readonly code: number; readonly reason: string; readonly retryIn: number };

/**
 * Reads a message. Kinds and keys that are not known are passed over, since later versions may add some.
 *
 * @throws ERR_MESSAGE for anything that no server of this protocol sends
 */
export function readMessage(who: string, text: string): Message {
  const refuse = (why: string): never => {
    throw failure("ERR_MESSAGE", `${who}: the server sent ${why}; is it a fluxion server of this version?`);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse("a text that is not JSON");
  }
  if (!isObject(parsed)) return refuse("a message that is not an object");
  const [entry, ...more] = Object.entries(parsed);
  if (entry === undefined || more.length > 0)
    return refuse(`a message of ${more.length + (entry === undefined ? 0 : 1)} kinds`);
  const [kind, body] = entry;
  const step = (value: unknown): number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0
      ? value
      : refuse(`"${kind}" with a wrong number`);
  if (kind === "runs") {
    const names = Array.isArray(body)
      ? body.map((run: unknown) => (isObject(run) ? run.name : undefined))
      : [undefined];
    return names.every((name) => typeof name === "string") ? { kind, names } : refuse("a list of runs without names");
  }
  if (!["subscribed", "gap", "error", "ended", "live"].includes(kind)) return { kind: "other" };
  if (!isObject(body)) return refuse(`"${kind}" without its keys`);
  if (kind === "subscribed") return { kind, attempt: step(body.attempt) };
  if (kind === "gap") return { kind, fromStep: step(body.fromStep), toStep: step(body.toStep) };
  if (kind === "error") return { kind, code: textOf(body.code), message: textOf(body.message) };
  return { kind: kind === "ended" ? "ended" : "live" };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text of the server, short enough for an error message. */
function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : "no reason";
  return text.length > 500 ? `${text.slice(0, 500)}...` : text;
}
