import { tensorLosses } from "../../support/losses/tensors.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("losses by operations on tensors", tensorLosses);
