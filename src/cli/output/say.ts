/** Everything that the command prints. Names and messages may come from the files of a directory that anybody has made. */
import { visible } from "../../visible.ts";

/** Prints a line to standard output. */
export function say(line = ""): void {
  console.log(visible(line));
}

/** Prints a line to standard error, where everything goes that is not a result. */
export function note(line: string): void {
  console.error(visible(line));
}
