import { analyticLosses } from "../../support/losses/analytic.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("test functions and energies", analyticLosses);
