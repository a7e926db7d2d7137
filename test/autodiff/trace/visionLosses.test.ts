import { visionLosses } from "../../support/losses/vision.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("vision models", visionLosses);
