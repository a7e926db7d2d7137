import { failure } from "../../errors.ts";
import { type Courier, type CourierSpec, makeCourier, type Outcome } from "./courier.ts";
import { type Notice, noticeText } from "./notice.ts";

interface WebhookCourierOptions extends Pick<CourierSpec, "most" | "onDelivered" | "warn" | "tries" | "retryAfter"> {
  /** Milliseconds that an answer may take. */
  readonly patience: number;
}

/** Makes a courier that posts each notice as JSON. @throws ERR_OPTION_RANGE for a URL that cannot be used */
export function webhookCourier(who: string, url: string, options: WebhookCourierOptions): Courier {
  const target = webhookUrl(who, url);
  const { patience, ...rest } = options;
  return makeCourier({ ...rest, name: who, deliver: (notice, signal) => post(target, notice, patience, signal) });
}

/** Checks a URL. It may hold a secret, so that no message shows it. */
export function webhookUrl(who: string, url: string): URL {
  const refused = (expected: string): Error =>
    failure(
      "ERR_OPTION_RANGE",
      `${who}: expected ${expected}; the URL that was given is not shown, since it may hold a secret`,
    );
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw refused("a URL such as https://hooks.example.org/services/...");
  }
  if (target.protocol !== "https:" && target.protocol !== "http:")
    throw refused("a URL that begins with https:// or http://");
  if (target.username !== "" || target.password !== "") {
    throw refused("a URL without a user name and password; put a token into its path or query");
  }
  target.hash = "";
  return target;
}

async function post(target: URL, notice: Notice, patience: number, signal: AbortSignal): Promise<Outcome> {
  // Not AbortSignal.any and AbortSignal.timeout, of which Node 20 may lose one to the garbage collector.
  const abort = new AbortController();
  const end = (): void => abort.abort();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, patience);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    const response = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "fluxion" },
      body: noticeText(notice),
      // Whoever answers must not send the notice elsewhere, such as to a service of this machine.
      redirect: "manual",
      signal: abort.signal,
    });
    // The answer is not read, however long it is.
    await response.body?.cancel();
    const { status } = response;
    if (status >= 200 && status < 300) return { how: "delivered" };
    if (status >= 300 && status < 400) {
      return { how: "failed", why: `${target.host} redirects (HTTP ${status}), which is not followed`, again: false };
    }
    const after = 1000 * Number(response.headers.get("retry-after") ?? 0);
    return {
      how: "failed",
      why: `${target.host} answered HTTP ${status}`,
      again: status === 408 || status === 429 || status >= 500,
      ...(Number.isFinite(after) ? { after } : {}),
    };
  } catch (error) {
    const why = late ? `no answer within ${patience / 1000} s` : reasonOf(error);
    return { how: "failed", why: `${target.host}: ${signal.aborted ? "no answer before the end" : why}`, again: true };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

/** The code of a network error, since its message may hold the URL. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === "string" ? cause.code : "the request failed";
}
