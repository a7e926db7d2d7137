/** What bench/training.ts and its peers train. */

/** Sizes of a network of one hidden layer, of its data, and of the training. */
export interface TrainingCase {
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
  readonly samples: number;
  /** Number of rows after those of the training, on which loss and accuracy are measured after each epoch. */
  readonly heldOut: number;
  readonly batch: number;
  readonly epochs: number;
}

export type Method = "momentum" | "adam";
export const methods: readonly Method[] = ["momentum", "adam"];

/** Step sizes of the methods. */
export const rates: Readonly<Record<Method, number>> = { momentum: 0.01, adam: 0.001 };
