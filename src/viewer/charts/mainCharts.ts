/** The charts by which every run is judged. */

export interface ChartSpec {
  readonly column: string;
  readonly title: string;
  /** Formula of the quantity. */
  readonly symbol: string;
  readonly meaning: string;
  /** Name of the column in files, with that of the player or entry. Default: `column`. */
  readonly internal?: string;
  /** Whether the y axis is logarithmic. `positive`: as long as all numbers are positive. */
  readonly logY: boolean | "positive";
  /** Whether the chart can be removed, because a person added it. */
  readonly removable: boolean;
}

type MainChart = Omit<ChartSpec, "removable">;

const charts: readonly MainChart[] = [
  { column: "value", title: "Loss", symbol: "L(z)", meaning: "the value of the potential", logY: "positive" },
  {
    column: "validationLoss",
    title: "Validation loss",
    symbol: "",
    meaning: "loss on rows that are not trained on",
    logY: "positive",
  },
  {
    column: "validationAccuracy",
    title: "Validation accuracy",
    symbol: "",
    meaning: "share of these rows that is classified correctly",
    logY: false,
  },
  {
    column: "squaredFieldNorm",
    title: "Squared gradient norm",
    symbol: "‖F(z)‖²",
    meaning: "0 at a critical point",
    logY: true,
  },
  {
    column: "naturalResidual",
    title: "Natural residual",
    symbol: "‖z − Π(z − F(z))‖",
    meaning: "0 at a solution of the variational inequality",
    logY: true,
  },
  {
    column: "relativeResidual",
    title: "Relative residual",
    symbol: "r",
    meaning: "residual of the Newton system: 0 where it is solved, 1 where the gradient lies in the Hessian's kernel",
    logY: true,
  },
  { column: "stepSize", title: "Step size", symbol: "α", meaning: "chosen at each step", logY: true },
];

export const mainCharts: readonly ChartSpec[] = charts.map((chart) => ({ ...chart, removable: false }));
