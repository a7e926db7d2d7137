import { sequenceLosses } from "../../support/losses/sequence.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("sequence models", sequenceLosses);
