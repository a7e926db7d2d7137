import { bare, builtin } from "../../host.ts";

function isFile(url: string): boolean {
  return url.startsWith("file:") && !bare;
}

function pathOf(url: string): string {
  return builtin("node:url", "trace").fileURLToPath(url);
}

/** Root of our own sources or of their compiled form. Frames in it are never the user's line. */
const ownRoot = new URL("../../", import.meta.url);
const ownFolders = [ownRoot.href, isFile(ownRoot.href) ? pathOf(ownRoot.href) : ownRoot.href];

/**
 * Returns `file:line:column` of the innermost frame that belongs neither to fluxion nor to TensorFlow.js, if there is
 * one.
 */
export function userLine(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  // Source maps may rename the frames of TensorFlow.js, so frames are chosen by the files that run and shown as mapped.
  const files = scriptFiles();
  const { stack = "" } = new Error();
  Error.stackTraceLimit = limit;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  // Both lists begin with a frame of this module.
  const at = files.findIndex((file) => file !== undefined && !isForeign(file));
  const place =
    at < 0 ? undefined : /\(?((?:file:|[A-Za-z]:[\\/]|\/|https?:)[^()]*?(:\d+:\d+))\)?$/.exec(frames[at] ?? "");
  if (!place) return undefined;
  const [, whole, position] = place;
  return isFile(whole!) ? pathOf(whole!.slice(0, -position!.length)) + position : whole;
}

/** Returns the file of each frame of the caller's stack, before any source map. */
function scriptFiles(): readonly (string | undefined)[] {
  const prepare = Error.prepareStackTrace;
  let files: readonly (string | undefined)[] = [];
  Error.prepareStackTrace = (_, sites) => {
    files = sites.map((site) => site.getScriptNameOrSourceURL() ?? undefined);
    return "";
  };
  // The stack begins at the caller, as that of the caller's own error does.
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
