/**
 * Shares the thread between long works (indexing, thinning, large answers) and everything else.
 *
 * At each turn of the event loop one of the waiting works goes on, in the order in which they asked, for at most 8 ms.
 * So sockets and timers wait for one share of one work, however many works there are. A patient work gets only
 * every eighth turn while others wait: while all of a long history is read, another viewer's first picture comes first.
 */

/** Milliseconds for which a work goes on before it lets others in. */
const share = 8;

const waiting: (() => void)[] = [];
const patient: (() => void)[] = [];
/** A patient work gets every such turn, so that it ends however many others there are. */
const patientEvery = 8;
let turns = 0;
let pumping = false;

function pump(): void {
  turns++;
  const [first, second] = turns % patientEvery === 0 ? [patient, waiting] : [waiting, patient];
  (first.shift() ?? second.shift())?.();
  if (waiting.length > 0 || patient.length > 0) setImmediate(pump);
  else pumping = false;
}

/** Waits until it is this work's turn. */
export function nextTurn(isPatient = false): Promise<void> {
  return new Promise((resolve) => {
    (isPatient ? patient : waiting).push(resolve);
    if (pumping) return;
    pumping = true;
    setImmediate(pump);
  });
}

/** Makes a function for one work to call often: it returns undefined, or a promise to wait for if the share is used up. */
export function makePauses(isPatient = false): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (performance.now() - began < share) return undefined;
    return nextTurn(isPatient).then(() => {
      began = performance.now();
    });
  };
}

/** Goes on with a generator for one share. Returns its result, or undefined if it is not done. */
export function advance<T>(work: Iterator<undefined, T>): { readonly result: T } | undefined {
  const began = performance.now();
  for (;;) {
    const next = work.next();
    if (next.done === true) return { result: next.value };
    if (performance.now() - began >= share) return undefined;
  }
}
