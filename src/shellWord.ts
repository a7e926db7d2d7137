/**
 * Writes a text as one word of a shell, for commands that are printed to be typed. A directory may have any name, and
 * what its files say may come from anybody.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
