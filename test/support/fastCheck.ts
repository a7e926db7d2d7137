import * as fc from "fast-check";

/** One seed for every property, so that a run can be repeated. Another: `FLUXION_SEED=7 npm test`. */
export const seed = Number(process.env.FLUXION_SEED ?? 1);

fc.configureGlobal({ seed });

export * from "fast-check";
