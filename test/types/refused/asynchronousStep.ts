// expected: error TS2322: Type 'Promise<{ stepSize: number; }>' is not assignable to type 'void | UpdateResult<undefined, {}>'.
import { defineUpdate } from "fluxion";

defineUpdate({ name: "u", step: async () => ({ stepSize: 1 }) });
