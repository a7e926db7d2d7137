import { failure } from "../../errors.ts";
import { builtin } from "../../host.ts";
import { closeRegular, openRegular } from "../checks/ownFiles.ts";
import { readFailure } from "../fileSource.ts";

/** What tells a file from any other, and from itself after a change. */
type Identity = Readonly<Record<"dev" | "ino" | "size" | "mtimeMs", number>>;

/** Most bytes that one call of the system reads. */
const mostBytes = 2 ** 30;

/** Closes files that nothing refers to any more. */
const forgotten = new FinalizationRegistry<number>((file) => closeRegular(file));

/** A file of data, which must stay as it is while it is used. */
export class DataFile {
  readonly path: string;
  readonly size: number;
  readonly #who: string;
  readonly #file: number;
  readonly #opened: Identity;
  readonly #named: Identity;

  /**
   * @param who name of the caller, with which every message begins
   * @throws ERR_READ if the file cannot be opened
   */
  constructor(who: string, path: string) {
    const { fstatSync, statSync } = builtin("node:fs", who);
    this.#who = who;
    this.path = path;
    try {
      this.#file = openRegular(path);
      forgotten.register(this, this.#file);
      this.#opened = fstatSync(this.#file);
      this.#named = statSync(path);
    } catch (error) {
      throw readFailure(path, error);
    }
    this.size = this.#opened.size;
  }

  /** Makes the error of a file that cannot be used. */
  refuse(
    code: "ERR_ARROW_EMPTY" | "ERR_ARROW_FORMAT" | "ERR_ARROW_CORRUPT" | "ERR_DATA_FILE",
    what: string,
    cause?: unknown,
  ): Error {
    return failure(code, `${this.#who}: ${this.path} ${what}`, cause === undefined ? undefined : { cause });
  }

  /**
   * Reads bytes of the file, as many as there is room for.
   *
   * @throws ERR_READ if the system cannot; ERR_DATA_FILE if the file has become shorter
   */
  read(bytes: Uint8Array, offset: number): void {
    const { readSync } = builtin("node:fs", this.#who);
    for (let done = 0; done < bytes.length; ) {
      let count: number;
      try {
        count = readSync(this.#file, bytes, done, Math.min(mostBytes, bytes.length - done), offset + done);
      } catch (error) {
        throw readFailure(this.path, error);
      }
      if (count === 0) throw this.#changed(`it ends after ${offset + done} of its ${this.size} bytes`);
      done += count;
    }
  }

  /**
   * Makes sure that what was read belongs to the file that was opened. Cost: two calls of the system.
   *
   * @throws ERR_DATA_FILE if the file was written to, or if another one stands under its name
   */
  checkUnchanged(): void {
    const { fstatSync, statSync } = builtin("node:fs", this.#who);
    const now = fstatSync(this.#file);
    if (now.size !== this.size) throw this.#changed(`it had ${this.size} bytes and has ${now.size}`);
    if (now.mtimeMs !== this.#opened.mtimeMs) throw this.#changed("it was written to");
    let named: Identity | undefined;
    try {
      named = statSync(this.path);
    } catch (error) {
      throw this.#changed("there is no file of this name any more", error);
    }
    if (named.ino !== this.#named.ino || named.dev !== this.#named.dev) {
      throw this.#changed("another file stands under its name");
    }
  }

  #changed(how: string, cause?: unknown): Error {
    return this.refuse(
      "ERR_DATA_FILE",
      `was changed while it was used: ${how}; put the file back as it was and resume, or start again with the new one`,
      cause,
    );
  }
}
