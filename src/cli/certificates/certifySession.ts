/** The main thread of `fluxion certify`: collects certificates as they come, writes them, and says what they mean. */
import type { CertifiedEnd, CertifiedProblem, CertifyOrder } from "../../experiments/threads/certifyEnds.ts";
import type { SearchThread } from "../../experiments/threads/searchThread.ts";
import { note, say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";
import type { NamedStatement } from "./certificatesFile.ts";
import { certificateCells, certificateHeadings, conclusions, explained } from "./certificateTable.ts";
import { writeCertificates } from "./writeCertificates.ts";

/** Certifies what the order names; returns the exit code. */
export async function certifySession(
  thread: SearchThread,
  order: CertifyOrder,
  out: string,
  { partial }: { readonly partial: boolean },
): Promise<number> {
  const problems: CertifiedProblem[] = [];
  const ends: CertifiedEnd[] = [];
  thread.onMessage((message) => {
    if (message.kind === "certifying") problems.push(message.problem);
    if (message.kind === "note") note(`fluxion: ${message.line}`);
    if (message.kind === "certified") {
      ends.push(message.end);
      if (process.stderr.isTTY) note(`${message.end.name}: ${message.end.certificate.verdict}`);
    }
  });
  const done = thread.next("done");
  thread.post({ kind: "certify", order });
  await done;
  writeCertificates(out, { problems, certificates: ends.map(named) });
  for (const line of tableLines(certificateHeadings, ends.map(certificateCells))) say(line);
  say();
  for (const line of explained(ends)) say(line);
  for (const line of conclusions(ends)) say(line);
  if (partial) say("the experiment has not finished: further runs may follow");
  say(`\n${out}`);
  return ends.some(({ certificate }) => certificate.verdict === "undecided") ? 1 : 0;
}

function named({ name, problem, given, certificate }: CertifiedEnd): NamedStatement {
  const { problem: _name, proof: _proof, jacobians: _jacobians, products: _products, ...statement } = certificate;
  return { name, problem, ...(certificate.moved === 0 ? {} : { given }), statement };
}
