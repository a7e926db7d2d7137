/** Pattern for the names of experiments and runs, which are names of directories too. */
export const plainName: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
