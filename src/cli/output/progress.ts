/** Shows the progress of a run in the terminal. */

import { describeEvent } from "../../arrow/events/rowEvents.ts";
import type { FromWorker, RowSummary } from "../../experiments/threads/protocol.ts";
import type { JsonValue } from "../../json.ts";
import { makeStatusWriter, type StatusStream, statusLine } from "../../sinks/statusWriter.ts";
import { visible } from "../../visible.ts";
import { waiting } from "./waiting.ts";

const first = { verb: "preparing", what: "the first run" };
const later = { verb: "computing", what: "what comes between or after runs" };
/** Milliseconds between two looks at whether a run goes on. */
const lookEvery = 500;

interface Progress {
  take(message: FromWorker): void;
  note(line: string): void;
  /** Removes the line that changes. */
  end(): void;
}

/** Shows progress on standard error, so that standard output carries the results alone. */
export function makeProgress(stream: StatusStream = process.stderr): Progress {
  const writer = makeStatusWriter(stream);
  const last = new Map<string, RowSummary>();
  const told = new Set<string>();
  const lengths = new Map<string, number>();
  /** Says that no run goes on yet, or none at the moment: problems are built, traced and compiled. */
  let preparing: ReturnType<typeof waiting> | undefined = waiting(first, undefined, stream);
  const watch = setInterval(() => preparing?.at(0), lookEvery);
  watch.unref();
  const goesOn = (): void => {
    preparing?.end();
    preparing = undefined;
  };
  return {
    take(message) {
      if (message.kind === "opened" || message.kind === "batch" || message.kind === "replayed") goesOn();
      else if (message.kind === "closed") preparing = waiting(later, undefined, stream);
      if (message.kind === "opened") {
        const most = stepsMostOf(message.run.description);
        if (most !== undefined) lengths.set(message.run.name, most);
      } else if (message.kind === "batch") {
        last.set(message.run, message.last);
        // The last row is shown when the run closes.
        const stepsMost = lengths.get(message.run);
        if (message.last.status === "running") {
          writer.show({ ...message.last, ...(stepsMost === undefined ? {} : { stepsMost }) });
        }
      } else if (message.kind === "closed") {
        const row = last.get(message.run);
        if (row !== undefined) writer.keep(statusLine(row));
      } else if (message.kind === "event") {
        const { event } = message;
        // Several threads may tell of one event.
        if (!told.has(event.id)) writer.keep(visible(`event: ${describeEvent(event)}`));
        told.add(event.id);
      } else if (message.kind === "replayed") {
        writer.keep(visible(`${message.run.name}: read from its file`));
      } else if (message.kind === "note") {
        writer.keep(visible(message.line));
      }
    },
    note: writer.keep,
    end() {
      clearInterval(watch);
      goesOn();
      writer.end();
    },
  };
}

/** How many steps a run takes at most, if its description says so. */
function stepsMostOf(description: JsonValue | undefined): number | undefined {
  if (typeof description !== "object" || description === null || Array.isArray(description)) return undefined;
  const { stepsMost } = description as { readonly stepsMost?: JsonValue };
  return typeof stepsMost === "number" ? stepsMost : undefined;
}
