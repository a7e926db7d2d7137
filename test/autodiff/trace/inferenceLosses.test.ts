import { inferenceLosses } from "../../support/losses/inference.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("filters, processes, flows, implicit layers", inferenceLosses);
