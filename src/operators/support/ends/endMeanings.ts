/** What each end of a search means, in two sentences. */
export const endMeanings = {
  "critical point":
    "The gradient vanishes here up to the accuracy of the search. Loss and Morse index are those of a critical point.",
  "gradient-flat region":
    "The gradient is not zero, but the Hessian maps it to nearly nothing, so no Newton step makes it smaller. " +
    "This is not a critical point, and a Morse index counted here is not the index of one.",
  stagnated:
    "No step along the last direction made the gradient smaller, and no threshold calls the gradient flat. " +
    "The point is not critical by its threshold either; another finder or another start may get further.",
  diverged:
    "The loss or its gradient is no longer a finite number, so the search cannot go on. " +
    "The last finite point stands in the row before.",
  unfinished:
    "The search used up its steps, was stopped, or met a stop condition that is too loose, before it came to rest. " +
    "The point is not critical, and nothing is known of where the search would have ended.",
  "not judged": "What a verdict needs was not measured, or does not fit into float64. Nothing is said about the point.",
} as const;
