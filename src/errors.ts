/**
 * The errors that fluxion throws on purpose. Each has a class to catch, a stable code to test and a message to act on.
 */

/**
 * Kind of an error: `type` for a thing of the wrong kind, `range` for a value out of bounds, `input` for bad data from
 * outside (files, sockets, the command line).
 */
type Kind = "type" | "range" | "input";

/** Kind and meaning of each code. `docs/errors.md` is generated from this table. */
export const errorTable = {
  ERR_OPTION_TYPE: { kind: "type", meaning: "an option has the wrong type" },
  ERR_OPTION_RANGE: {
    kind: "range",
    meaning: "an option lies outside its range, or two options contradict each other",
  },
  ERR_OPTION_UNKNOWN: { kind: "type", meaning: "a function is given an option that it does not have" },
  ERR_LENGTH: { kind: "range", meaning: "a vector has the wrong length" },
  ERR_NOT_FINITE: { kind: "range", meaning: "data hold NaN or an infinity where finite numbers are needed" },
  ERR_NO_STEP_SIZE: { kind: "type", meaning: "no operator of a run chooses a step size" },
  ERR_STEP_SIZE: { kind: "range", meaning: "an operator chose a step size that is not finite" },
  ERR_PROPOSAL: { kind: "type", meaning: "an update did not answer a proposal once, while it was being fed" },
  ERR_DIRECTION_DISCARDED: { kind: "type", meaning: "an update would discard the direction of another one" },
  ERR_STEP_SIZE_DISCARDED: { kind: "type", meaning: "an update would discard the step size of another one" },
  ERR_AFTER_ACCEPTED: { kind: "type", meaning: "an update changes the step after another one accepted a trial point" },
  ERR_RESTART: { kind: "type", meaning: "an operator says restart where there is nothing to restart" },
  ERR_COLUMN_TYPE: { kind: "type", meaning: "a cell holds a value that is not of its column's type" },
  ERR_COLUMN_TWICE: { kind: "type", meaning: "two operators write one column in the same step" },
  ERR_LATE_OPERATOR: {
    kind: "type",
    meaning: "an operator of the loop is subscribed after the run has begun, or stands outside the loop",
  },
  ERR_SUBSCRIBED_TWICE: { kind: "type", meaning: "an operator that was applied once is subscribed twice" },
  ERR_NOT_OBSERVABLE: { kind: "type", meaning: "an update returned something that is not an Observable" },
  ERR_RESUME: {
    kind: "range",
    meaning: "a checkpoint does not fit the run that should continue from it, or the run's data have changed",
  },
  ERR_STATE: { kind: "type", meaning: "an operator's state cannot be copied into a checkpoint" },
  ERR_NOT_SYMMETRIC: {
    kind: "type",
    meaning: "a method that needs a symmetric map or Jacobian is given one that is not declared symmetric",
  },
  ERR_NOT_POSITIVE_DEFINITE: {
    kind: "range",
    meaning: "a map or a moment that must be positive definite is not",
  },
  ERR_UNSUPPORTED: { kind: "type", meaning: "a map or problem lacks what an operation needs, such as a transpose" },
  ERR_EMPTY_SET: { kind: "range", meaning: "the constraints of a convex set contradict each other" },
  ERR_PLAYER: { kind: "type", meaning: "a player's cost does not depend on its own strategy" },
  ERR_SHAPE: { kind: "range", meaning: "a tensor or a list of shapes has the wrong shape" },
  ERR_LOSS: {
    kind: "type",
    meaning:
      "a loss or field returned something other than tensors of the right shapes, or leaves entries of its result unwritten",
  },
  ERR_UNSUPPORTED_OP: { kind: "type", meaning: "a loss uses an operation that cannot be traced" },
  ERR_TRACE_READ: { kind: "type", meaning: "a loss reads a tensor's values while it is traced" },
  ERR_TRACE_STATE: {
    kind: "type",
    meaning: "a loss makes or assigns a variable, keeps state, or uses a tensor of an earlier trace",
  },
  ERR_TRACE_NESTED: { kind: "type", meaning: "a trace was begun inside another one" },
  ERR_TRACE_PROMISE: { kind: "type", meaning: "a loss returned a promise" },
  ERR_TRACE_RANDOM: {
    kind: "type",
    meaning: "a loss has a different graph at each call, as with unseeded random numbers",
  },
  ERR_CUSTOM_GRADIENT: { kind: "type", meaning: "a loss uses a tf.customGrad of its own" },
  ERR_VARIABLE: { kind: "type", meaning: "a loss uses a trainable variable that is not among its parameters" },
  ERR_DATA_NAME: { kind: "range", meaning: "a named data input is unknown, or defined twice" },
  ERR_DATA_FILE: { kind: "input", meaning: "a data file is missing or damaged, has changed, or lacks numbers" },
  ERR_PORT_IN_USE: { kind: "input", meaning: "another program already listens on the port" },
  ERR_LISTEN: { kind: "input", meaning: "a server cannot listen at the given host and port" },
  ERR_RUN_LINK: { kind: "input", meaning: "a file of a run is a symbolic link" },
  ERR_CERTIFICATES: { kind: "input", meaning: "a certificate file is missing, damaged or not one that fluxion wrote" },
  ERR_RUN_FILE: { kind: "input", meaning: "a run's file is missing, damaged or not one that fluxion wrote" },
  ERR_RUN_UNKNOWN: { kind: "input", meaning: "there is no run of this name" },
  ERR_MESSAGE: { kind: "input", meaning: "a viewer sent a message that the server does not understand" },
  ERR_CONNECTION: { kind: "input", meaning: "a server is not reached" },
  ERR_GAP: { kind: "input", meaning: "a server has dropped rows" },
  ERR_RUN_NOT_OPEN: { kind: "range", meaning: "rows came for a run that is not open" },
  ERR_EXPERIMENT: { kind: "type", meaning: "an experiment is not one, or gives two runs the same name" },
  ERR_COMMAND_LINE: {
    kind: "input",
    meaning: "the command line names something unknown, or gives an option a value that it does not take",
  },
  ERR_MODULE: { kind: "input", meaning: "a module cannot be loaded, or exports no experiment" },
  ERR_EXPERIMENT_DIRECTORY: {
    kind: "input",
    meaning: "a directory cannot be written, holds no experiment, or holds a different one",
  },
  ERR_FIGURE: { kind: "input", meaning: "the runs of a directory lack what a figure shows" },
  ERR_CATEGORY: {
    kind: "range",
    meaning: "a category column holds a number that is not the index of one of its values",
  },
  ERR_ARROW_EMPTY: { kind: "input", meaning: "an Arrow file or message is empty, or ends within its schema" },
  ERR_ARROW_FORMAT: { kind: "input", meaning: "bytes are not an Arrow stream or file" },
  ERR_ARROW_FOREIGN: {
    kind: "input",
    meaning: "an Arrow stream was not written by fluxion, or was written by a newer version",
  },
  ERR_ARROW_CORRUPT: { kind: "input", meaning: "an Arrow stream or file is damaged" },
  ERR_READ: { kind: "input", meaning: "a file or directory cannot be read" },
  ERR_WRITE: { kind: "input", meaning: "a file or directory cannot be written" },
  ERR_RUN_CHANGED: { kind: "range", meaning: "rows of a second run came to a sink that writes one" },
  ERR_RUN_EXISTS: { kind: "input", meaning: "a file or run directory already exists and is not overwritten" },
  ERR_RUN_BUSY: { kind: "input", meaning: "a file or run directory is already being written" },
  ERR_LEASE_LOST: { kind: "input", meaning: "another process took over the directory that this one wrote" },
  ERR_CHECKPOINT: { kind: "input", meaning: "a checkpoint is missing, damaged or of another kind" },
  ERR_UNDECLARED: { kind: "type", meaning: "an operator writes a column that it does not declare" },
  ERR_MEMORY: { kind: "range", meaning: "a problem needs more memory than an executor or the machine has" },
  ERR_COLUMN_CONFLICT: { kind: "type", meaning: "two declarations of one column contradict each other" },
} as const satisfies Readonly<Record<string, { readonly kind: Kind; readonly meaning: string }>>;

/** Code of an error: one of the codes in docs/errors.md. */
export type ErrorCode = keyof typeof errorTable;

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
  return new classes[errorTable[code].kind](code, message, options);
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
