import { failure } from "../../errors.ts";
import { builtin } from "../../host.ts";

/**
 * Refuses a file of a run directory that is a symbolic link. A directory from somebody else may link to any file of
 * this machine, which a server would then show to its viewers, or a resume write to. A missing file passes.
 *
 * @throws ERR_RUN_LINK
 */
export function refuseLink(path: string): void {
  const facts = builtin("node:fs", "run directory").lstatSync(path, { throwIfNoEntry: false });
  if (facts?.isSymbolicLink() !== true) return;
  throw failure("ERR_RUN_LINK", `${linkProblem(path)}; copy its target here if you trust it`);
}

/** Says what is wrong with a link. */
export function linkProblem(path: string): string {
  return `${path} is a symbolic link, and the files of a run are used only where they stand`;
}
