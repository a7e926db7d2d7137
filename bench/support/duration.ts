/** What times of a bench are measured by: CPU time, or wall time where work is spread over cores. */
export type Clock = "cpu" | "wall";

const seconds: Readonly<Record<Clock, () => number>> = {
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  wall: () => performance.now() / 1000,
};

/** Microseconds per call, over as many calls as the time allows. Wall time includes the work of other programs. */
export function duration(run: () => void, least: number, clock: Clock = "cpu"): number {
  run();
  const now = seconds[clock];
  const start = now();
  let [count, calls] = [1, 0];
  for (;;) {
    for (let i = 0; i < count; i++) run();
    calls += count;
    const passed = now() - start;
    if (passed >= least) return (1e6 * passed) / calls;
    count = Math.max(1, Math.min(2 * count, Math.floor((calls * (least - passed)) / passed)));
  }
}
