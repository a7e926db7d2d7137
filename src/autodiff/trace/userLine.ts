import { bare, builtin } from "../../host.ts";

function isFile(url: string): boolean {
  return url.startsWith("file:") && !bare;
}

function pathOf(url: string): string {
  return builtin("node:url", "trace").fileURLToPath(url);
}

/** Our own sources (or their compiled form): frames in here are never the user's line. */
const ownRoot = new URL("../../", import.meta.url);
const ownFolders = [ownRoot.href, isFile(ownRoot.href) ? pathOf(ownRoot.href) : ownRoot.href];

/** `file:line:column` of the innermost frame that is neither ours nor TensorFlow.js's, if there is one. */
export function userLine(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  // Source maps may give TensorFlow.js's frames any name, so frames are chosen by the files that run and shown as mapped.
  const files = scriptFiles();
  const { stack = "" } = new Error();
  Error.stackTraceLimit = limit;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  // The first frame of each list is its own place in this module.
  const at = files.findIndex((file) => file !== undefined && !isForeign(file));
  const place =
    at < 0 ? undefined : /\(?((?:file:|[A-Za-z]:[\\/]|\/|https?:)[^()]*?(:\d+:\d+))\)?$/.exec(frames[at] ?? "");
  if (!place) return undefined;
  const [, whole, position] = place;
  return isFile(whole!) ? pathOf(whole!.slice(0, -position!.length)) + position : whole;
}

/** The file of each frame of the caller's stack, before any source map. */
function scriptFiles(): readonly (string | undefined)[] {
  const prepare = Error.prepareStackTrace;
  let files: readonly (string | undefined)[] = [];
  Error.prepareStackTrace = (_, sites) => {
    files = sites.map((site) => site.getScriptNameOrSourceURL() ?? undefined);
    return "";
  };
  // Begins at the caller, as the caller's own error does.
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, scriptFiles);
  void holder.stack;
  Error.prepareStackTrace = prepare;
  return files;
}

function isForeign(file: string): boolean {
  return (
    file.startsWith("node:") ||
    /[\\/]@tensorflow[\\/]/.test(file) ||
    ownFolders.some((folder) => file.startsWith(folder))
  );
}
