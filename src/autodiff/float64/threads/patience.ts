/** Milliseconds of work after which other threads are asked to help. They take about as long to be ready. */
export const patience = 300;
