import { generativeLosses } from "../../support/losses/generative.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("generative models", generativeLosses);
