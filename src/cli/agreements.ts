/** What the summary says of repetitions: whether the end of a run depends on the last bits of its start. */
import type { Finding } from "../experiments/framework/definition.ts";
import type { Agreement } from "../experiments/framework/repetitions.ts";
import { type Cell, tableLines } from "./output/table.ts";

/** Adds the columns of the repetitions to the findings of their runs. */
export function withAgreements(findings: readonly Finding[], agreements: readonly Agreement[]): readonly Finding[] {
  const known = new Map(agreements.map((agreement) => [agreement.run, agreement]));
  return findings.map((finding) => {
    const agreement = known.get(finding.run);
    return agreement === undefined ? finding : { ...finding, numbers: { ...finding.numbers, ...columnsOf(agreement) } };
  });
}

function columnsOf({ repetitions, sameVerdict, sameIndex, sameDigits }: Agreement): Record<string, Cell> {
  return {
    "same verdict": `${sameVerdict} of ${repetitions}`,
    "same index": sameIndex === undefined ? undefined : `${sameIndex} of ${repetitions}`,
    "same digits": sameDigits,
  };
}

/**
 * Says how many verdicts hold, and which do not.
 *
 * @param inTable whether the summary's table has the columns of {@link withAgreements} already
 */
export function agreementLines(agreements: readonly Agreement[], inTable: boolean): readonly string[] {
  const [first] = agreements;
  if (first === undefined) return [];
  const { repetitions } = first;
  const lines: string[] = [];
  if (!inTable) {
    const rows = agreements.map((agreement) => ({ run: agreement.run, ...columnsOf(agreement) }));
    const headings = ["run", "same verdict", "same index", "same digits"];
    lines.push(
      ...tableLines(
        headings,
        rows.map((row) => headings.map((heading) => (row as Record<string, Cell>)[heading])),
      ),
      "",
    );
  }
  const holds = ({ sameVerdict, sameIndex = repetitions }: Agreement): boolean =>
    sameVerdict === repetitions && sameIndex === repetitions;
  const odd = agreements.filter((agreement) => !holds(agreement));
  const moved = `${repetitions} repetition${repetitions === 1 ? "" : "s"} from starts moved in their last place`;
  lines.push(
    odd.length === 0
      ? `verdict and index are the same in ${moved}${agreements.length === 1 ? "" : `, for all ${agreements.length} runs`}`
      : `${odd.length} of ${agreements.length} ${agreements.length === 1 ? "run" : "runs"} end otherwise in some of ${moved}, ` +
          "so these ends depend on the last bits of the arithmetic:",
  );
  for (const { run, ends } of odd) lines.push(`  ${run}: ${endsText(ends)}`);
  return lines;
}

/** Counts the ends of each kind: `gradient-flat region, index 3 (4 of 6); unfinished, index 3 (2 of 6)`. */
function endsText(ends: Agreement["ends"]): string {
  const counts = new Map<string, number>();
  for (const { verdict, morseIndex } of ends) {
    const kind = morseIndex === undefined ? verdict : `${verdict}, index ${morseIndex}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} (${count} of ${ends.length})`).join("; ");
}
