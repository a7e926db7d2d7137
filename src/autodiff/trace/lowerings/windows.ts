import type { GraphBuilder } from "../../build/builder.ts";
import { type AxisMap, type Node, type Shape, sizeOf } from "../../graph/graph.ts";

/** How a window moves along one axis of an image. */
export interface Spatial {
  /** Of the image. */
  readonly extent: number;
  /** Number of windows. */
  readonly out: number;
  /** Places in a window. */
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the first number. */
  readonly before: number;
}

/** Windows of an image (batch, space..., channels), as one array. */
interface Windows {
  readonly maps: readonly AxisMap[];
  readonly shape: Shape;
}

/** Axes of the windows: batch, out..., kernel..., channels; or, by channel: channels, batch, out..., kernel... */
export function windowsOf(batch: number, spatial: readonly Spatial[], channels: number, byChannel = false): Windows {
  const dimensions = spatial.length;
  const rank = 2 * dimensions + 2;
  const first = byChannel ? 1 : 0;
  const map = (offset: number, ...steps: readonly (readonly [number, number])[]): AxisMap => {
    const strides = Array.from({ length: rank }, () => 0);
    for (const [axis, stride] of steps) strides[axis] = stride;
    return { offset, strides };
  };
  const outs = spatial.map(({ out }) => out);
  const kernels = spatial.map(({ kernel }) => kernel);
  return {
    maps: [
      map(0, [first, 1]),
      ...spatial.map(({ before, stride, dilation }, i) =>
        map(-before, [first + 1 + i, stride], [first + 1 + dimensions + i, dilation]),
      ),
      map(0, [byChannel ? 0 : rank - 1, 1]),
    ],
    shape: byChannel ? [channels, batch, ...outs, ...kernels] : [batch, ...outs, ...kernels, channels],
  };
}

/** Whether any window reaches over the edge. */
export function overlapsEdge(spatial: readonly Spatial[]): boolean {
  return spatial.some(
    ({ before, out, stride, kernel, dilation, extent }) =>
      before > 0 || (out - 1) * stride + (kernel - 1) * dilation - before >= extent,
  );
}

/** 1 where a window reads the image, 0 over the edge; axes 1, out..., kernel..., 1. */
export function edgeMask(builder: GraphBuilder, spatial: readonly Spatial[]): Node {
  const { maps, shape } = windowsOf(1, spatial, 1);
  return builder.take(builder.fill(1, [1, ...spatial.map(({ extent }) => extent), 1]), maps, shape);
}

/** Axes of the places in a window, where windows are ordered batch, out..., kernel..., channels. */
export function kernelAxes(spatial: readonly Spatial[]): readonly number[] {
  return spatial.map((_, i) => 1 + spatial.length + i);
}

export const count = (spatial: readonly Spatial[], of: "out" | "kernel"): number => sizeOf(spatial.map((s) => s[of]));
