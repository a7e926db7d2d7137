/** What the board asks of a chart. */
import type { View } from "./series.ts";

export interface BoardChart {
  readonly element: HTMLElement;
  /** Draws what changed since the last call. */
  update(view: View): void;
  /** Draws again after the colours changed. */
  restyle(): void;
  destroy(): void;
}
