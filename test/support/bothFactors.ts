/** Runs a test with the machine's LAPACK, and once more without it. Without a LAPACK both are the same. */
export function bothFactors(run: () => void): void {
  const before = process.env.FLUXION_BLAS;
  try {
    run();
    process.env.FLUXION_BLAS = "off";
    run();
  } finally {
    if (before === undefined) delete process.env.FLUXION_BLAS;
    else process.env.FLUXION_BLAS = before;
  }
}
