/** What decides the last bits of a run on this machine, so that runs of different machines are never mixed unseen. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { describeExecutor } from "../../autodiff/executor.ts";

/**
 * Names the executor of this thread: executor with its device, BLAS with its kernels, native loops, multiply-add. Portable runs have
 * the same bits everywhere, so that all machines have the same fingerprint.
 */
export function executorFingerprint(): string {
  const { executor, device, blas, native, multiplyAdd } = describeExecutor();
  if (executor === "portable") return "portable";
  const products =
    blas.library === undefined ? "no BLAS" : [basename(blas.library), blas.core].filter(Boolean).join(" ");
  const loops = native.library === undefined ? "" : ", native loops";
  const on = device === undefined ? "" : ` (${device.device}, ${device.precision}, ${device.version})`;
  return `${executor}${on}, ${products}${loops}${multiplyAdd === "on" ? ", multiply-add" : ""}`;
}

/** Twelve digits of a hash of values, for names of queues and campaigns. */
export function shortHash(...values: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 12);
}
