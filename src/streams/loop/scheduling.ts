/** Gives the settings of operators values that follow schedules. */
import type { Columns, Settings } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import { describeRange, inRange, type Range } from "../../range.ts";

/**
 * Function of the number k = 0, 1, ... of a step since its operator began, or was restarted, that gives the factor of a
 * setting there.
 */
export type Schedule = (k: number) => number;

/** A schedule and the setting that it is meant for: `stepSize`, or `gradientStep.stepSize`. */
export interface Appointment {
  readonly setting: string;
  readonly schedule: Schedule;
  /** Whether an operator with such a setting has been found. */
  met: boolean;
}

/** The schedules of one operator. */
export class Timetable {
  readonly #values: Record<string, number> = {};

  private constructor(
    private readonly operator: string,
    private readonly ranges: Settings,
    private readonly entries: readonly { readonly key: string; readonly schedule: Schedule }[],
  ) {}

  /** The schedules that are meant for an operator; undefined if there are none. */
  static of(operator: string, settings: Settings, appointments: readonly Appointment[]): Timetable | undefined {
    const entries = appointments.flatMap((appointment) => {
      const keys = Object.keys(settings).filter(
        (key) => appointment.setting === key || appointment.setting === `${operator}.${key}`,
      );
      appointment.met ||= keys.length > 0;
      return keys.map((key) => ({ key, schedule: appointment.schedule }));
    });
    return entries.length === 0 ? undefined : new Timetable(operator, settings, entries);
  }

  /** The columns with the values. That of a step size is in every row anyway. */
  get columns(): Columns {
    const keys = new Set(this.entries.map(({ key }) => key).filter((key) => key !== "stepSize"));
    return Object.fromEntries(
      Array.from(keys, (key) => [`${this.operator}.${key}`, { meaning: `scheduled value of ${key} in this step` }]),
    );
  }

  /**
   * The settings at the k-th step: those that were set, times their factors.
   *
   * @throws ERR_OPTION_RANGE for a value outside the closed range of its setting
   */
  valuesAt(k: number, settings: Readonly<Record<string, number>>, where: string): Readonly<Record<string, number>> {
    const values = this.#values;
    for (const key in settings) values[key] = settings[key]!;
    for (const { key, schedule } of this.entries) values[key] = values[key]! * schedule(k);
    for (const { key } of this.entries) {
      const range = closed(this.ranges[key]!);
      if (inRange(values[key], range)) continue;
      throw failure(
        "ERR_OPTION_RANGE",
        `scheduled: expected ${this.operator}.${key} to be ${describeRange(range)}, got ${values[key]} from its schedule${where}`,
      );
    }
    return values;
  }

  /** Writes the values of the present step into the row. */
  write(columns: Readonly<Record<string, number | undefined>>): void {
    const target = columns as Record<string, number | undefined>;
    for (const { key } of this.entries) if (key !== "stepSize") target[`${this.operator}.${key}`] = this.#values[key]!;
  }
}

/** A schedule may end at the bound of an open range, as a step size does that falls to 0. */
function closed({ min, max, above, below, integer, infinite }: Range): Range {
  return { min: min ?? above, max: max ?? below, integer, infinite };
}
