/**
 * The errors that fluxion throws on purpose. Each has a class to catch, a stable code to test and a message to act on.
 */

/**
 * Kind of an error: `type` for a thing of the wrong kind, `range` for a value out of bounds, `input` for bad data from
 * outside (files, sockets, the command line).
 */
type Kind = "type" | "range" | "input";

/** Kind of each code. Their meanings are in `scripts/errorMeanings.ts`, from which `docs/errors.md` is generated. */
export const errorKinds = {
  ERR_OPTION_TYPE: "type",
  ERR_OPTION_RANGE: "range",
  ERR_OPTION_UNKNOWN: "type",
  ERR_LENGTH: "range",
  ERR_NOT_FINITE: "range",
  ERR_NO_STEP_SIZE: "type",
  ERR_STEP_SIZE: "range",
  ERR_PROPOSAL: "type",
  ERR_DIRECTION_DISCARDED: "type",
  ERR_STEP_SIZE_DISCARDED: "type",
  ERR_AFTER_ACCEPTED: "type",
  ERR_RESTART: "type",
  ERR_COLUMN_TYPE: "type",
  ERR_COLUMN_TWICE: "type",
  ERR_LATE_OPERATOR: "type",
  ERR_SUBSCRIBED_TWICE: "type",
  ERR_NOT_OBSERVABLE: "type",
  ERR_RESUME: "range",
  ERR_STATE: "type",
  ERR_NOT_SYMMETRIC: "type",
  ERR_NOT_POSITIVE_DEFINITE: "range",
  ERR_UNSUPPORTED: "type",
  ERR_EMPTY_SET: "range",
  ERR_PLAYER: "type",
  ERR_SHAPE: "range",
  ERR_LOSS: "type",
  ERR_UNSUPPORTED_OP: "type",
  ERR_TRACE_READ: "type",
  ERR_TRACE_STATE: "type",
  ERR_TRACE_NESTED: "type",
  ERR_TRACE_PROMISE: "type",
  ERR_TRACE_RANDOM: "type",
  ERR_CUSTOM_GRADIENT: "type",
  ERR_VARIABLE: "type",
  ERR_DATA_NAME: "range",
  ERR_DATA_FILE: "input",
  ERR_PORT_IN_USE: "input",
  ERR_LISTEN: "input",
  ERR_RUN_LINK: "input",
  ERR_CERTIFICATES: "input",
  ERR_RUN_FILE: "input",
  ERR_RUN_UNKNOWN: "input",
  ERR_MESSAGE: "input",
  ERR_CONNECTION: "input",
  ERR_GAP: "input",
  ERR_RUN_NOT_OPEN: "range",
  ERR_EXPERIMENT: "type",
  ERR_COMMAND_LINE: "input",
  ERR_MODULE: "input",
  ERR_CAMPAIGN_CONFLICT: "input",
  ERR_CAMPAIGN_INCOMPLETE: "input",
  ERR_QUEUE: "input",
  ERR_EXPERIMENT_DIRECTORY: "input",
  ERR_FIGURE: "input",
  ERR_CATEGORY: "range",
  ERR_ARROW_EMPTY: "input",
  ERR_ARROW_FORMAT: "input",
  ERR_ARROW_FOREIGN: "input",
  ERR_ARROW_CORRUPT: "input",
  ERR_READ: "input",
  ERR_WRITE: "input",
  ERR_RUN_CHANGED: "range",
  ERR_RUN_EXISTS: "input",
  ERR_RUN_BUSY: "input",
  ERR_LEASE_LOST: "input",
  ERR_CHECKPOINT: "input",
  ERR_UNDECLARED: "type",
  ERR_MEMORY: "range",
  ERR_DEVICE: "input",
  ERR_COLUMN_CONFLICT: "type",
} as const satisfies Readonly<Record<string, Kind>>;

/** Code of an error: one of the codes in docs/errors.md. */
export type ErrorCode = keyof typeof errorKinds;

/** Error of misuse: a thing is of the wrong kind. */
export class FluxionTypeError extends TypeError {
  override readonly name = "FluxionTypeError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Error of misuse: a value is out of bounds. */
export class FluxionRangeError extends RangeError {
  override readonly name = "FluxionRangeError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Error of bad input from outside the program: a file, a socket, the command line, a full disk. */
export class FluxionInputError extends Error {
  override readonly name = "FluxionInputError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Any error that fluxion throws for misuse or bad input. */
export type FluxionError = FluxionTypeError | FluxionRangeError | FluxionInputError;

const classes = { type: FluxionTypeError, range: FluxionRangeError, input: FluxionInputError } as const;

/**
 * Makes the error of a code, for the caller to throw.
 *
 * @param message who complains, what was expected, what came and what to do, in this order
 * @example throw failure("ERR_LENGTH", "whiten: expected a gradient of length 3, got 2; check the source's dimension");
 */
export function failure(code: ErrorCode, message: string, options?: ErrorOptions): FluxionError {
  return new classes[errorKinds[code]](code, message, options);
}

/**
 * Tells whether a caught value is one of fluxion's own errors.
 *
 * @example
 * try {
 *   gradientStep(-1);
 * } catch (error) {
 *   if (isFluxionError(error)) console.log(error.code);
 * }
 * // ERR_OPTION_RANGE
 */
export function isFluxionError(error: unknown): error is FluxionError {
  return error instanceof FluxionTypeError || error instanceof FluxionRangeError || error instanceof FluxionInputError;
}
