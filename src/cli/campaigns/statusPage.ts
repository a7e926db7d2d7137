/**
 * The page of a campaign: one HTML file in its directory, which a browser reads again every few seconds. It needs no
 * server, so it is there on a cluster too, and after the end.
 */
import { join } from "node:path";
import { writeAtomically } from "../../sinks/atomicFile.ts";
import { visible } from "../../visible.ts";
import { type CampaignStatus, duration, percent, secondsLeft } from "./status.ts";

/** Writes the page and the same facts as JSON. @param name `status`, or one of its own for each shard */
export function writeStatus(directory: string, name: string, status: CampaignStatus): void {
  writeAtomically("campaign", join(directory, `${name}.json`), `${JSON.stringify(status, undefined, 2)}\n`);
  writeAtomically("campaign", join(directory, `${name}.html`), statusPage(status));
}

/** Makes the page. */
function statusPage(status: CampaignStatus): string {
  const { title, state, at, doneOfWanted, wanted, rate, outcomes, indices, classes, workers, aside, failures } = status;
  const left = secondsLeft(status);
  const facts: [string, string][] = [
    ["state", state],
    ["searches", `${doneOfWanted} of ${wanted}`],
    ["rate", `${rate.toPrecision(3)} per second`],
    ["left", state === "running" && left !== undefined ? duration(left) : "nothing known"],
    ["failures", String(failures)],
    ["written", at],
  ];
  if (state !== "running") facts.splice(2, 2);
  if (classes !== undefined) {
    facts.push(
      ["classes", `${classes.found} in ${classes.ends} ends`],
      ["probability that the next end is of a new class (Good and Turing)", classes.unseen.toPrecision(3)],
    );
  }
  const shareRows = (list: CampaignStatus["outcomes"]): string[][] =>
    list.map((share) => [share.name, String(share.runs), percent(share)]);
  const busy = [...workers].sort((a, b) => b.runs - a.runs).slice(0, mostRows);
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<progress max="${Math.max(1, wanted)}" value="${doneOfWanted}">${doneOfWanted} of ${wanted}</progress>`,
    `<dl>${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join("")}</dl>`,
    table("Outcomes", ["outcome", "searches", "share, with its interval of 95 %"], shareRows(outcomes)),
    table(
      "Morse indices",
      ["index", "ends", "share, with its interval of 95 %"],
      shareRows(indices).slice(0, mostRows),
    ),
    table(
      "Workers",
      ["worker", "searches", "seconds", "searches per second of work", "failures"],
      busy.map(({ name, runs, seconds, failures: failed }) => [
        name,
        String(runs),
        seconds.toFixed(1),
        seconds > 0 ? (runs / seconds).toPrecision(3) : "",
        String(failed),
      ]),
    ),
    table(
      "Set aside",
      ["search", "cause", "workers"],
      aside.slice(0, mostRows).map(({ search, cause, workers: on }) => [String(search), cause, on.join(", ")]),
    ),
  ];
  const refresh = state === "running" ? '<meta http-equiv="refresh" content="5">' : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">${refresh}
<meta name="viewport" content="width=device-width"><title>${escaped(title)}: ${doneOfWanted} of ${wanted}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
progress { width: 100%; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dd { margin: 0; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: 0.1rem 1rem 0.1rem 0; font-variant-numeric: tabular-nums; }
</style></head><body>
${body.filter((part) => part !== "").join("\n")}
</body></html>
`;
}

const mostRows = 100;

function table(caption: string, headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const cells = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  return `<h2>${caption}</h2><table>${cells("th", headings)}${rows.map((row) => cells("td", row)).join("")}</table>`;
}

function escaped(text: string): string {
  return visible(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
