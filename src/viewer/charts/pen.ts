/** What charts are drawn with: the part of a canvas's context that they use, which an SVG file can follow too. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | "save"
  | "restore"
  | "beginPath"
  | "closePath"
  | "moveTo"
  | "lineTo"
  | "rect"
  | "arc"
  | "clip"
  | "stroke"
  | "fill"
  | "fillRect"
  | "strokeRect"
  | "fillText"
  | "setLineDash"
  | "strokeStyle"
  | "fillStyle"
  | "globalAlpha"
  | "lineWidth"
  | "lineJoin"
  | "font"
  | "textAlign"
>;

/** The rectangle within the axes of a chart, and where numbers lie in it. */
export interface Frame {
  readonly pen: Pen;
  /** Units of the pen in one pixel of the page. */
  readonly unit: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly xRange: readonly [min: number, max: number];
  x(value: number): number;
  y(value: number): number;
}
