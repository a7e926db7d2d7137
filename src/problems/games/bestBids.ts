/**
 * Computes a bidder's best response to the rivals' bids r > 0: the argmax of sum_s w_s x_s / (r_s + x_s) - x_s over
 * x >= 0 with sum x <= budget.
 *
 * At a price lambda >= 0 of the budget, x_s = max(0, sqrt(w_s r_s / (1 + lambda)) - r_s). If the budget suffices,
 * lambda is 0; otherwise bisection finds the lambda at which the budget is spent.
 */
export function bestBids(worth: Float64Array, rivals: Float64Array, budget: number): Float64Array {
  const at = (price: number): Float64Array =>
    worth.map((w, s) => Math.max(0, Math.sqrt((w * rivals[s]!) / price) - rivals[s]!));
  const spent = (price: number): number => at(price).reduce((sum, x) => sum + x, 0);
  if (spent(1) <= budget) return at(1);
  let [low, high] = [1, 2];
  while (spent(high) > budget) high *= 2;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return at(high);
    if (spent(middle) > budget) low = middle;
    else high = middle;
  }
}
