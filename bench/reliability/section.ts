/** A promise of docs/reliability.md, and how often it is put to the test. */
export interface Section {
  readonly name: string;
  /** What must hold, in one line. */
  readonly promise: string;
  /**
   * Puts it to the test.
   *
   * @param full whether to do so as often as the promise says, or only shortly
   * @returns numbers for the table
   * @throws where the promise is broken
   */
  readonly run: (full: boolean) => Promise<Readonly<Record<string, number | string>>>;
}
