/** Microseconds of CPU time per call, over as many calls as the time allows. Wall time would include other programs. */
export function duration(run: () => void, seconds: number): number {
  run();
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const start = cpu();
  let [count, calls] = [1, 0];
  for (;;) {
    for (let i = 0; i < count; i++) run();
    calls += count;
    const passed = cpu() - start;
    if (passed >= seconds) return (1e6 * passed) / calls;
    count = Math.max(1, Math.min(2 * count, Math.floor((calls * (seconds - passed)) / passed)));
  }
}
