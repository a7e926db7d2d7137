/** The independent checker of certificates, which needs Python with python-flint. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { scratchPath } from "./scratch.ts";

const python = process.env.PYTHON ?? "python3";
const script = fileURLToPath(new URL("../../scripts/check_certificates.py", import.meta.url));

/** Why the checker cannot run; undefined if it can. */
export function missingChecker(): string | undefined {
  const { status, error } = spawnSync(python, ["-c", "import flint"]);
  if (error !== undefined) return `${python} is not installed`;
  return status === 0 ? undefined : `${python} has no flint (pip install python-flint)`;
}

interface Checked {
  readonly code: number | null;
  /** Outcome and reason of each certificate, in order. */
  readonly outcomes: readonly { readonly name: string; readonly outcome: string; readonly why: string }[];
  readonly stderr: string;
}

/** Checks a file of this content. */
export function checkCertificates(content: string): Checked {
  const path = scratchPath("certificates.json");
  writeFileSync(path, content);
  const { status, stdout, stderr } = spawnSync(python, [script, path], { encoding: "utf8" });
  const outcomes = stdout.split("\n").flatMap((line) => {
    const found = /^(\S+): (confirmed|refuted|not confirmed|no claim): (.*)$/.exec(line);
    return found === null ? [] : [{ name: found[1]!, outcome: found[2]!, why: found[3]! }];
  });
  return { code: status, outcomes, stderr };
}
