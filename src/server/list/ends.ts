/** `GET /ends`: the last rows of many runs in one answer. */
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { crc32c, hex } from "../../arrow/checks/checksum.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import type { Guard } from "../guard.ts";
import { makeOutlet, refuse } from "../http/answers.ts";
import { decode } from "../ipc.ts";
import type { EndRow, RunEnd } from "../messages.ts";
import type { RunRows } from "../runRows.ts";
import type { ServedRun } from "../servedRun.ts";
import { makePauses } from "../turns.ts";

const integer = z.coerce.number().int().nonnegative();
const endsQuery = z.strictObject({ from: integer.default(0), to: integer.optional() });

/**
 * Answers `GET /ends?from=&to=` with the last two rows of the runs at these places of the list (`to` not included) that
 * are over, vectors left out, and the checksum of the last point. Files are read one after the other and not kept open.
 */
export async function sendEnds(
  response: ServerResponse,
  runs: Iterable<ServedRun>,
  query: ReadonlyMap<string, string>,
  guard: Guard,
): Promise<void> {
  const parsed = endsQuery.safeParse(Object.fromEntries(query));
  if (!parsed.success) return refuse(response, 400, z.prettifyError(parsed.error));
  const { from, to = Number.POSITIVE_INFINITY } = parsed.data;
  const outlet = makeOutlet(response, guard);
  const pause = makePauses();
  response.setHeader("Content-Type", "application/json");
  response.write('{"ends":[');
  let place = -1;
  let separator = "";
  for (const run of runs) {
    place++;
    if (place < from || place >= to || run.live) continue;
    const end = await endOf(run, outlet.isOpen);
    if (end !== undefined && !(await outlet.write(Buffer.from(separator + stringify(end))))) return;
    if (end !== undefined) separator = ",";
    if (!outlet.isOpen()) return;
    await pause();
  }
  response.end("]}\n");
}

/** The end of a run; undefined if it has no rows, or they cannot be read, which its own view says. */
async function endOf(run: ServedRun, isOpen: () => boolean): Promise<RunEnd | undefined> {
  const isRead = run.segments.length > 0;
  const source = isRead ? run : run.filesAlone();
  try {
    if (!isRead && !(await source.prepare(isOpen))) return undefined;
    const rows = lastRows(source);
    return rows === undefined ? undefined : { run: run.name, attempt: run.attempt, ...rows };
  } catch {
    return undefined;
  } finally {
    if (!isRead) source.close();
  }
}

function lastRows(source: RunRows): Pick<RunEnd, "rows" | "point"> | undefined {
  const segment = source.segments.findLast(({ rows }) => rows > 0);
  if (segment === undefined) return undefined;
  const { begin, end, header } = segment;
  const bytes = segment.batches(Math.max(begin, end - 2), end).flatMap((batch) => batch.read() ?? []);
  const rows: EndRow[] = [];
  let point: Float64Array | undefined;
  for (const batch of decode(header, bytes)) {
    const { fields } = batch.schema;
    for (let row = Math.max(0, batch.numRows - 2); row < batch.numRows; row++) {
      const cells = fields.map(({ name }) => [name, batch.getChild(name)?.get(row) as unknown] as const);
      rows.push(
        Object.fromEntries(cells.filter(([, cell]) => typeof cell === "number" || typeof cell === "string")) as EndRow,
      );
      const found: unknown = batch.getChild("point")?.get(row)?.toArray?.();
      point = found instanceof Float64Array ? found : undefined;
    }
  }
  const sum =
    point === undefined ? {} : { point: hex(crc32c(new Uint8Array(point.buffer, point.byteOffset, point.byteLength))) };
  return { rows: rows.slice(-2), ...sum };
}
