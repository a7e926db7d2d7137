/** `GET /runs/<name>/rows`: the rows between two steps as one Arrow stream. */
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { endOfStream } from "../../arrow/recordBatch.ts";
import type { Guard } from "../guard.ts";
import { encode, sameFields } from "../ipc.ts";
import { planFor, unknownColumns } from "../rows/plan.ts";
import { type Rendered, renderThinned, renderWhole } from "../rows/render.ts";
import type { Cursor } from "../runRows.ts";
import type { ServedRun } from "../servedRun.ts";
import { makePauses } from "../turns.ts";
import { arrowStream, makeOutlet, type Outlet, refuse } from "./answers.ts";

const integer = z.coerce.number().int().nonnegative();
const rowsQuery = z.strictObject({
  fromStep: integer.default(0),
  toStep: integer.optional(),
  /** Number of steps at the end of the run to which the rows are limited. */
  last: z.coerce.number().int().min(1).optional(),
  points: z.coerce.number().int().min(16).max(1_000_000).optional(),
  scale: z.enum(["linear", "log"]).default("linear"),
  columns: z.string().min(1).optional(),
});

/** Number of bytes of rows that are read and encoded at once. A client holds this much of the server's memory, and one batch. */
const pieceBytes = 256 * 1024;

interface Bounds {
  readonly fromStep: number;
  readonly upToStep: number;
  readonly columns: readonly string[] | undefined;
}

/**
 * Answers `GET /runs/<name>/rows?fromStep=&toStep=&last=&points=&scale=&columns=a,b` with the rows between two steps,
 * or those of the last steps, as an Arrow stream, thinned to `points` if given.
 *
 * The rows are those that were there when the request came. They are read piece by piece as the client takes them;
 * nothing is read for a client who has gone.
 */
export async function sendRows(
  response: ServerResponse,
  run: ServedRun,
  query: ReadonlyMap<string, string>,
  guard: Guard,
): Promise<void> {
  const parsed = rowsQuery.safeParse(Object.fromEntries(query));
  if (!parsed.success) return refuse(response, 400, z.prettifyError(parsed.error));
  const { toStep = Number.POSITIVE_INFINITY, last, points, scale, columns: list } = parsed.data;
  const columns = list?.split(",");
  const outlet = makeOutlet(response, guard);
  if (!(await run.prepare(outlet.isOpen))) return;
  const newest = run.segments.at(-1);
  if (newest === undefined) return refuse(response, 404, "the run has no rows yet");
  const unknown = unknownColumns(newest.header, columns ?? []);
  if (unknown.length > 0) return refuse(response, 400, `the run has no column ${unknown.join(", ")}`);
  const fromStep = Math.max(parsed.data.fromStep, last === undefined ? 0 : (newest.lastStep ?? 0) - last + 1);
  const bounds: Bounds = { fromStep, upToStep: toStep + 1, columns };
  response.setHeader("Content-Type", arrowStream);
  const parts = points === undefined ? wholeRows(run, bounds) : thinnedRows(run, bounds, { points, scale }, outlet);
  await writeStream(response, outlet, parts, encode(planFor(newest.header, columns).schema, []).header);
}

async function* wholeRows(run: ServedRun, { fromStep, upToStep, columns }: Bounds): AsyncGenerator<Rendered> {
  const pause = makePauses();
  const end = run.newestPlace();
  let cursor: Cursor = { segment: 0, batch: 0 };
  let begun = false;
  for (;;) {
    // Rows that are in memory only may be dropped before a slow client has taken them. A stream with a hole would lie.
    if (begun && run.isLost(cursor, end)) throw new Error("rows were dropped before the client read them");
    const piece = run.piece(cursor, fromStep, pieceBytes, upToStep, end);
    if (piece === undefined) return;
    begun = true;
    for (const range of piece.ranges) yield renderWhole(range, planFor(range.header, columns));
    cursor = piece.after;
    await pause();
  }
}

async function* thinnedRows(
  run: ServedRun,
  { fromStep, upToStep, columns }: Bounds,
  thinning: { readonly points: number; readonly scale: "linear" | "log" },
  { isOpen }: Outlet,
): AsyncGenerator<Rendered> {
  const { ranges } = run.stretch({ segment: 0, batch: 0 }, fromStep, upToStep);
  const plans = ranges.map(({ header }) => planFor(header, columns));
  if (ranges.length > 0) yield* renderThinned(ranges, plans, thinning, isOpen);
}

/** @param emptyHeader schema of an answer without rows */
async function writeStream(
  response: ServerResponse,
  outlet: Outlet,
  parts: AsyncIterable<Rendered>,
  emptyHeader: Uint8Array,
): Promise<void> {
  let header: Uint8Array | undefined;
  for await (const part of parts) {
    if (part.rows === 0) continue;
    // An attempt with other columns begins a new stream.
    if (header === undefined || !sameFields(header, part.header)) {
      if (header !== undefined && !(await outlet.write(endOfStream))) return;
      if (!(await outlet.write(part.header))) return;
      header = part.header;
    }
    if (!(await outlet.write(part.batches))) return;
  }
  if (!outlet.isOpen()) return;
  if (header === undefined) response.write(emptyHeader);
  response.end(endOfStream);
}
