/** The rows that `fluxion replay` prints: those of files, watched by rules, and of runs that still go on. */
import { filter, finalize, type Observable, tap } from "rxjs";
import { type Damage, describeDamage } from "../../arrow/checks/damage.ts";
import { describeEvent, eventsOf } from "../../arrow/events/rowEvents.ts";
import type { Row } from "../../arrow/row.ts";
import { rulesFrom, type TypedRule } from "../../experiments/rules/ruleList.ts";
import { watchRows } from "../../experiments/rules/watchRows.ts";
import { follow } from "../../streams/follow.ts";
import { replay } from "../../streams/replay.ts";
import { type AlertFlags, type AlertWish, alertWish } from "../alerts/alertOptions.ts";
import { sourceOf } from "../alerts/source.ts";
import { openTellers, type Tellers } from "../alerts/tellers.ts";
import { note, say } from "../output/say.ts";
import type { FoundRun } from "../runDirectories.ts";

export interface WatchFlags extends AlertFlags {
  /** Whether events are printed instead of rows. */
  readonly events?: boolean;
  /** Whether to wait for the rows of runs that go on. */
  readonly follow?: boolean;
}

/** How the rows of runs are watched, and who is told of their events. */
export interface Watch {
  /** Rules to evaluate, where the runs have these events of their own. */
  rulesFor(events: readonly string[]): readonly TypedRule[];
  /** The rows of a run. Events are printed and told. */
  rows(run: FoundRun, rules: readonly TypedRule[], range: Range): Observable<Row>;
  close(): Promise<void>;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly onDamage: (damage: Damage) => void;
}

export function watchOf(flags: WatchFlags): Watch {
  const wish: AlertWish = alertWish(flags);
  const typed = flags.alert === undefined ? undefined : rulesFrom(flags.alert);
  const asked = flags.events === true || wish.rules !== undefined;
  const open = new Map<string, Tellers>();
  const tellersOf = ({ directory }: FoundRun): Tellers => {
    const source = sourceOf(directory);
    const key = `${source.began} ${source.experiment}`;
    const known = open.get(key) ?? openTellers(wish, source);
    open.set(key, known);
    return known;
  };
  return {
    rulesFor(events) {
      if (typed !== undefined) return typed;
      // What the run itself was watched for is in its files.
      return asked && events.length === 0 ? rulesFrom("all") : [];
    },
    rows(run, rules, { from, to, onDamage }) {
      const tellers = tellersOf(run);
      // A rule has to see the rows before those that are printed.
      const fromStep = rules.length > 0 ? 0 : from;
      const silent = (text: string, step: number | undefined): void => {
        note(`fluxion: ${text}`);
        tellers.tell({
          event: "silent",
          id: `${run.name}/silent/${step ?? "none"}`,
          text,
          run: run.name,
          ...(step === undefined ? {} : { step }),
        });
      };
      const source =
        flags.follow === true
          ? follow(run.directory, {
              onDamage,
              onSilent: ({ state, seconds, step }) => silent(silenceText(run.name, state, seconds, step), step),
            })
          : replay(run.directory, { fromStep, toStep: to, onDamage });
      const skipped = new Set<string>();
      return source.pipe(
        watchRows(rules, {
          anew: true,
          onSkipped(of, lacking) {
            for (const { name, columns } of lacking) {
              if (skipped.has(name)) continue;
              skipped.add(name);
              const missing = columns.filter((column) => !Object.hasOwn(of.columns, column)).join(", ");
              note(`fluxion: ${run.name}: it has no column ${missing}, so that ${name} does not watch it`);
            }
          },
        }),
        filter((row) => row.step >= from && row.step <= to),
        tap((row) => {
          if (!asked) return;
          for (const event of eventsOf(row)) {
            // Of several experiments, the name says which one.
            const named = { ...event, run: run.name };
            if (flags.events === true) say(describeEvent(named));
            else note(`event: ${describeEvent(named)}`);
            tellers.event(event);
          }
        }),
        finalize(() => skipped.clear()),
      );
    },
    async close() {
      await Promise.all([...open.values()].map((tellers) => tellers.close()));
    },
  };
}

function silenceText(run: string, state: string, seconds: number, step: number | undefined): string {
  const where = step === undefined ? "it has no rows" : `its last row is step ${step}`;
  if (state === "killed") return `${run}: its process is gone without an ending; ${where}`;
  const lives = state === "running" ? "though its process lives (is it paused, or is a step so long?)" : "";
  return `${run}: nothing was written for ${Math.round(seconds)} s ${lives}; ${where}`.replace(" ;", ";");
}

/** Says of each damaged part what is lost. */
export function toldDamage(damaged: () => void): (damage: Damage) => void {
  return (damage) => {
    damaged();
    note(`fluxion: ${describeDamage(damage)}`);
  };
}
