/** Where one run ended, from its last rows and from certificates of its end. */
import { crc32c, hex } from "../arrow/checks/checksum.ts";
import type { EndCertificate, EndCertificates, RunInfo } from "../server/messages.ts";
import type { Batch } from "./arrowReader.ts";
import { newest } from "./charts/series.ts";
import { address } from "./link.ts";
import { type Proof, proofOfFile, proofOfRow } from "./proof.ts";
import type { RunData } from "./runData.ts";
import { fetchRows } from "./runFeed.ts";
import { stateOf } from "./runTable/runState.ts";

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
  /** Checksum of the last point; undefined if it is not known. */
  readonly point: string | undefined;
}

/** A resumed run ends again in another place, so the attempt is part of the key. */
export function keyOf({ name, attempt }: Pick<RunInfo, "name" | "attempt">): string {
  return `${name} ${attempt}`;
}

/**
 * @param data the last rows of the run: the very last one has no step size, and a verdict may come in a row of its own
 * @param point checksum of the last point
 */
export function measuredEnd(run: RunInfo, data: RunData, point: string | undefined): MeasuredEnd {
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

/** The certificates of `fluxion certify`; undefined if the server does not say. */
export async function fetchCertificates(): Promise<EndCertificates | undefined> {
  const response = await fetch(address("/certificates")).catch(() => undefined);
  return response?.ok === true ? ((await response.json()) as EndCertificates) : undefined;
}

/** What a certificate that was made afterwards says of the end of a run; undefined if there is none of exactly this end. */
export async function certifiedProof(run: RunInfo): Promise<Proof | undefined> {
  const own = ((await fetchCertificates())?.ends ?? []).filter((end) => end.run === run.name);
  if (own.length === 0) return undefined;
  const point = await endPointOf(run);
  return own.filter((end) => end.point === point).map(proofOfFile)[0];
}

/** Checksum of the last point of a run, as certificates name it; "" if there is none. */
async function endPointOf(run: RunInfo): Promise<string> {
  const batches = await fetchRows(run.name, { last: 1, columns: "point" }).catch((): Batch[] => []);
  const last = batches.at(-1);
  const column = last?.columns.get("point");
  const point = column?.kind === "list" ? column.values[last!.rows - 1] : undefined;
  return point === undefined ? "" : hex(crc32c(new Uint8Array(point.buffer, point.byteOffset, point.byteLength)));
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
