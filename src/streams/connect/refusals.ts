/** The errors of {@link connect} in which a server says no. */
import { didYouMean } from "../../didYouMean.ts";
import { type FluxionError, failure } from "../../errors.ts";

/** Close codes after which the same request would fail again, and what to do. */
const refusals: Readonly<Record<number, string>> = {
  1009: "a message was too long; name fewer columns",
  4400: "it does not understand the request",
  4401: "the token is missing or wrong; give the whole address that the server prints",
  4403: "programs of this origin are not allowed; start the server with --allow-origin",
};

/** The error of a close code after which it does not help to connect again. */
export function refusal(address: string, code: number, said: string): FluxionError | undefined {
  const why = refusals[code];
  if (why === undefined) return undefined;
  return failure("ERR_CONNECTION", `connect: ${address} refuses: ${why}${said === "" ? "" : ` (${said})`}`);
}

export function unknownRun(run: string, names: readonly string[]): FluxionError {
  return failure(
    "ERR_RUN_UNKNOWN",
    `connect: the server has no run "${run}".${didYouMean(run, names)} It has ${listed(names)}`,
  );
}

export function severalRuns(names: readonly string[]): FluxionError {
  return failure("ERR_RUN_UNKNOWN", `connect: the server has ${listed(names)}; name one of them by the option run`);
}

export function lostRows(fromStep: number, toStep: number): FluxionError {
  return failure(
    "ERR_GAP",
    `connect: the server no longer has the rows of steps ${fromStep} to ${toStep}, which were in its memory only; ` +
      "give onGap to go on without them, or record the run in a run directory",
  );
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "no run";
  const shown = names.slice(0, 8).map((name) => JSON.stringify(name));
  return `${names.length > 8 ? `${names.length} runs, among them` : "the runs"} ${shown.join(", ")}`;
}
