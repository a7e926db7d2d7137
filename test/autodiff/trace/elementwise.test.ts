import { activationLosses, elementwiseLosses } from "../../support/losses.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("elementwise operations", elementwiseLosses);
lossSuite("activations", activationLosses);
