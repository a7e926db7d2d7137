import { structuredLosses } from "../../support/losses/structured.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("graphs, memories, sorting, preferences", structuredLosses);
