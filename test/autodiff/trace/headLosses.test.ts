import { headLosses } from "../../support/losses/heads.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("likelihoods, margins, robust losses, policies", headLosses);
