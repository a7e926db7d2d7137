/** Names the file of the native kernels for a kind of machine, in the words of Node.js. */
export function libraryName(platform: string, arch: string): string {
  const ending = { darwin: "dylib", win32: "dll" }[platform] ?? "so";
  return `${platform}-${arch}.${ending}`;
}
