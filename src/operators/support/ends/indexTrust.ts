/** What makes the Morse index of a critical point uncertain. */
import type { Row } from "../../../authoring/index.ts";
import { criticalDistance, criticalRelativeField, short } from "./criticality.ts";

/** Relative change of J on the way to the critical point beyond which it counts as degenerate. */
const largestChange = 0.1;

/** Largest ratio of two Newton steps beside a critical point where J is regular. */
const largestContraction = 0.1;

interface IndexTrust {
  /** Whether nothing speaks against the index, at a point that is critical. */
  readonly certain: boolean;
  /** Texts that say what to doubt; `small` says whether F is small enough. */
  readonly warnings: (small: boolean) => readonly string[];
}

/** Judges the Morse index of a last row by the columns of `morseIndex` and `classifyEnd`. */
export function indexTrust({ columns }: Pick<Row, "columns">): IndexTrust {
  const { morseIndex, nearThreshold: near, indexThreshold, curvatureChange: change = 0, pointDistance = 0 } = columns;
  const { stepContraction: contraction = 0, unresolvedCurvatures: unresolved = 0 } = columns;
  const changed = !(change <= largestChange);
  const far = !(pointDistance <= criticalDistance);
  const slow = !(contraction <= largestContraction);
  return {
    certain: near === 0 && !changed && !far && !slow && unresolved === 0,
    warnings(small) {
      if (morseIndex === undefined) return [];
      const uncertain = `the Morse index ${morseIndex} is not certain: `;
      const texts: string[] = [];
      if (!small) {
        texts.push(
          `|grad| is too large to trust the Morse index ${morseIndex}: zero eigenvalues drift with |grad|; ` +
            `go on to a relative gradient of ${criticalRelativeField} or below`,
        );
      }
      if (far) {
        const steps = `Newton's step is long, ${short(pointDistance)} > ${criticalDistance} of the parameters; go on`;
        texts.push(uncertain + steps);
      }
      if (slow) {
        texts.push(
          `${uncertain}one of the next Newton steps is ${short(contraction)} times as long as the one before it, more than ` +
            `${largestContraction}; go on, or the Hessian is singular there`,
        );
      }
      if (changed) {
        texts.push(
          `${uncertain}the Hessian changes by a share of ${short(change)} within the ` +
            "distance at which the critical point may still lie; it may vanish there",
        );
      }
      if (unresolved > 0) {
        texts.push(
          `${uncertain}parameters are of so different size that ${unresolved} ` +
            `${unresolved === 1 ? "curvature is" : "curvatures are"} lost in rounding; measure them in other units`,
        );
      }
      if (near === undefined) texts.push(`${uncertain}no gap was measured around it`);
      else if (near > 0) {
        texts.push(
          `${uncertain}${near} ${near === 1 ? "eigenvalue lies" : "eigenvalues lie"} ` +
            `within a factor of 10 of the threshold ${short(indexThreshold)}, or would count otherwise in other units of ` +
            "the parameters",
        );
      }
      return texts;
    },
  };
}
