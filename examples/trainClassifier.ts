/** Trains a classifier of handwritten digits, stops at the best validation, and judges it on digits it has not seen. */
import { chain, gradientStep, iterate, untilStep } from "fluxion";
import { firstRows } from "fluxion/authoring";
import { accuracy, adam, earlyStopping, testLoss } from "fluxion/operators";
import { digits8x8, multilayerPerceptron, trainable } from "fluxion/problems";
import { lastValueFrom } from "rxjs";

const { train, validation, test } = digits8x8().split({ validation: 0.15, test: 0.15, seed: 1, stratify: true });
const net = trainable(multilayerPerceptron({ inputShape: [8, 8, 1], outputs: 10, hidden: [32] }), train);
const batches = net.batches({ size: 32 });
const training = chain(
  untilStep(30 * batches.perEpoch),
  adam(),
  gradientStep(0.01),
  testLoss(net.heldOut(validation).loss, { on: "validation", every: batches.perEpoch }),
  earlyStopping({ of: "validationLoss", patience: 5 }),
);
const end = await lastValueFrom(iterate(batches, net.initialPoint(1), training));

const judge = chain(gradientStep(0.01), accuracy(net.heldOut(test).predict, test.labels!));
const [best] = firstRows(batches, end.vectors.bestPoint!, judge, 1);
const share = (100 * best!.columns.testAccuracy!).toFixed(1);
console.log(`best at step ${end.columns.bestStep}: ${share} % of ${test.count} unseen digits are read correctly`);
