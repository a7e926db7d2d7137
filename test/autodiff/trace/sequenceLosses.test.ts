import { attentionLosses } from "../../support/losses/attention.ts";
import { sequenceLosses } from "../../support/losses/sequence.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("transformers and their kin", attentionLosses);
lossSuite("sequence models", sequenceLosses);
