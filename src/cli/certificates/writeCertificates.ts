import { version } from "../../experiments/threads/version.ts";
import { writeAtomically } from "../../sinks/atomicFile.ts";
import { certificatesText, readCertificates } from "./certificatesFile.ts";

type Content = Omit<Parameters<typeof certificatesText>[0], "version">;

/**
 * Writes the file as a whole: a reader sees the former file or the new one. It is read once, since a proof that cannot be
 * read back proves nothing.
 *
 * @throws ERR_WRITE; ERR_CERTIFICATES if what stands on the disk is not what was written
 */
export function writeCertificates(path: string, content: Content): void {
  writeAtomically("certify", path, certificatesText({ version, ...content }));
  readCertificates(path);
}
