/** What the built-in experiments do, apart from their code, so that a list of them costs no time. */

/** Summary of each built-in experiment, by its name, in the order in which they are listed. */
export const summaries = {
  digits:
    "a small autoencoder on handwritten digits: Newton-MR looks for a critical point and finds a gradient-flat region",
  "mnist-autoencoder": "an autoencoder on handwritten digits: Newton-MR searches for a critical point of its loss",
  dlae: "a deep linear autoencoder, whose critical points are all known: Newton-MR finds them from 20 starts",
  "dlae-methods": "three finders of critical points compared on a deep linear autoencoder, where all of them are known",
  "dlae-tolerance": "how strict a tolerance a Morse index needs: Newton-MR on a deep linear autoencoder, stopped early",
  "dlae-sampling": "which critical points of a deep linear autoencoder are found, by how starts are drawn",
  "dlae-census":
    "how many of the critical points of a deep linear autoencoder are found, by six ways to draw starts: for campaigns",
  "gaussian-autoencoder":
    "a non-linear autoencoder on Gaussian data: Newton-MR searches for critical points of its loss",
  "mnist-classifier": "a classifier of handwritten digits: Newton-MR searches for critical points of its loss",
  train:
    "trains a network on digits, MNIST, CIFAR-10 or a table of your own, and keeps the point that is best in validation",
  whitening:
    "raw and whitened data, gradient descent and second order, by one protocol: which learns faster, which generalises",
  memorisation: "a network that memorises permuted labels: Newton-MR searches for critical points of its loss",
  quartic: "Newton-MR on a quartic in the plane: one critical point, and a gradient-flat point that catches it",
  bilinear: "the game f(x, y) = xy: gradient descent-ascent spirals outwards, extragradient inwards",
  "quadratic-saddle": "a quadratic saddle-point problem of chosen modulus, Lipschitz constant and rotation",
  "matrix-game": "a matrix game in mixed strategies: random, rock-paper-scissors, or from a CSV or Gambit .nfg file",
  kuhn: "Kuhn poker in sequence form, whose value is -1/18",
  cournot: "firms choose how much to sell: Cournot's oligopoly, whose equilibrium has a closed form",
  kelly: "bidders with budgets share resources by Kelly's proportional auction",
  traffic: "traffic in equilibrium on Braess's network, on that of Sioux Falls, or on one from TNTP files",
  complementarity: "complementarity problems of Kojima and Shindo, Josephy, and Murty",
  "dirac-gan": "the Dirac-GAN, one number against another: some methods circle its equilibrium, others reach it",
  forsaken: "a game that is not monotone: descent-ascent and extragradient end on a cycle, Newton at the equilibrium",
  "linear-quadratic": "two players steer one state at their own costs, open loop, in discrete or continuous time",
  "robust-regression": "regression against an adversary who perturbs the inputs, or chooses which samples count",
  "adversarial-digits":
    "adversarial training on handwritten digits of 4 x 4 pixels: weights against a perturbation of each image",
  "gan-ring":
    "a small generative adversarial network that learns a ring of Gaussians; its networks are TensorFlow.js models",
} as const;

/** Name of a built-in experiment. */
export type ExperimentName = keyof typeof summaries;

/** Name of the experiment that `fluxion run` runs if it is given none. */
export const defaultExperiment: string = "digits";
