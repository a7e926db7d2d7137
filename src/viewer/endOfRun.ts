/** Where one run ended, from its last rows and from certificates of its end. */
import { crc32c, hex } from "../arrow/checks/checksum.ts";
import type { EndCertificate, EndCertificates, RunInfo } from "../server/messages.ts";
import type { Batch } from "./arrowReader.ts";
import { newest } from "./charts/series.ts";
import { address } from "./link.ts";
import { type Proof, proofColumns, proofOfFile, proofOfRow } from "./proof.ts";
import { RunData } from "./runData.ts";
import { fetchRows } from "./runFeed.ts";
import { stateOf } from "./runList.ts";

export interface EndPoint {
  readonly run: RunInfo;
  readonly step: number | undefined;
  readonly value: number | undefined;
  readonly squaredFieldNorm: number | undefined;
  readonly index: number | undefined;
  /** Class of the end, as the summary of the command says it; the state of a run that was not judged. */
  readonly verdict: string;
  readonly judged: boolean;
  /** Whether the index is that of a critical point; undefined where that was not measured. */
  readonly indexTrusted: boolean | undefined;
  /** What is proved of the end; undefined where nobody has asked, or the row's own certificate decides nothing. */
  readonly proof: Proof | undefined;
}

/** An end as its rows give it. */
export interface MeasuredEnd extends EndPoint {
  /** Checksum of the last point; undefined if it was not asked for. */
  readonly point: string | undefined;
}

const needed = ["value", "squaredFieldNorm", "stepSize", "status"];
/** Columns of a run whose end was judged. */
const judgement = ["morseIndex", "end", "indexTrusted", ...proofColumns];

/** A resumed run ends again in another place, so the attempt is part of the key. */
export function keyOf(run: RunInfo): string {
  return `${run.name} ${run.attempt}`;
}

/** @param wantsPoint whether a certificate is to be held against the last point */
export async function endOf(run: RunInfo, wantsPoint: boolean): Promise<MeasuredEnd> {
  const data = new RunData(run.columns);
  let point = wantsPoint ? "" : undefined;
  try {
    // Two rows are needed: the last one has no step size, and a verdict may come in a row of its own.
    const columns = [...needed, ...judgement.filter((name) => name in run.columns), ...(wantsPoint ? ["point"] : [])];
    const query = { last: 2, columns: columns.join(",") };
    for (const batch of await fetchRows(run.name, query)) {
      data.append(batch);
      if (wantsPoint) point = lastPoint(batch);
    }
  } catch (error) {
    // Here only a mark is missing. The view of the run itself shows the error.
    console.warn(`the end of ${run.name} cannot be read:`, error);
  }
  const trusted = data.last("indexTrusted");
  const verdict = run.columns.end?.values?.[data.last("end") ?? -1];
  return {
    run,
    point,
    step: data.lastStep,
    value: newest(data, "value"),
    squaredFieldNorm: newest(data, "squaredFieldNorm"),
    index: newest(data, "morseIndex"),
    verdict: verdict ?? stateOf(run),
    judged: verdict !== undefined,
    indexTrusted: trusted === undefined ? undefined : trusted === 1,
    proof: proofOfRow(data),
  };
}

/** Checksum of the point in the last row of a batch, as certificates name it; "" if there is none. */
function lastPoint({ columns, rows }: Batch): string {
  const column = columns.get("point");
  const point = column?.kind === "list" ? column.values[rows - 1] : undefined;
  return point === undefined ? "" : hex(crc32c(new Uint8Array(point.buffer, point.byteOffset, point.byteLength)));
}

/** The certificates of `fluxion certify`; undefined if the server does not say. */
export async function fetchCertificates(): Promise<EndCertificates | undefined> {
  const response = await fetch(address("/certificates")).catch(() => undefined);
  return response?.ok === true ? ((await response.json()) as EndCertificates) : undefined;
}

/** What a certificate that was made afterwards says of the end of a run; undefined if there is none of exactly this end. */
export async function certifiedProof(run: RunInfo): Promise<Proof | undefined> {
  const own = ((await fetchCertificates())?.ends ?? []).filter((end) => end.run === run.name);
  if (own.length === 0) return undefined;
  const { point } = await endOf(run, true);
  return own.filter((end) => end.point === point).map(proofOfFile)[0];
}

/** Takes the word of a certificate of exactly this end, where there is one that decides. */
export function withProof(end: MeasuredEnd, certificates: readonly EndCertificate[]): EndPoint {
  const proofs = certificates.filter(({ run, point }) => run === end.run.name && point === end.point).map(proofOfFile);
  const proof = proofs.find(({ critical }) => critical !== undefined) ?? end.proof ?? proofs[0];
  if (proof?.critical === undefined) return { ...end, proof };
  const index = proof.index ?? end.index;
  const trusted = proof.index === undefined ? end.indexTrusted : true;
  if (proof.critical) return { ...end, proof, index, verdict: "critical point", judged: true, indexTrusted: trusted };
  const claims = !end.judged || end.verdict === "critical point" || end.verdict === "converged";
  return { ...end, proof, judged: true, verdict: claims ? "no critical point" : end.verdict };
}
