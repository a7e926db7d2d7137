import type { GraphBuilder } from "../../build/builder.ts";
import { type AxisMap, type Node, type Shape, sizeOf } from "../../graph/graph.ts";

/** The windows along one axis of an image. */
export interface Spatial {
  /** Extent of the image. */
  readonly extent: number;
  /** Number of windows. */
  readonly out: number;
  /** Number of places in a window. */
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Number of zeros before the first number of the image. */
  readonly before: number;
}

/** Windows of an image with axes batch, space..., channels, as one array. */
interface Windows {
  readonly maps: readonly AxisMap[];
  readonly shape: Shape;
}

/**
 * Makes windows with axes batch, out..., kernel..., channels; or, by channel, with axes channels, batch, out...,
 * kernel...
 */
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

/** Whether any window reaches beyond the edge. */
export function overlapsEdge(spatial: readonly Spatial[]): boolean {
  return spatial.some(
    ({ before, out, stride, kernel, dilation, extent }) =>
      before > 0 || (out - 1) * stride + (kernel - 1) * dilation - before >= extent,
  );
}

/** Returns 1 where a window reads the image, 0 beyond the edge, with axes 1, out..., kernel..., 1. */
export function edgeMask(builder: GraphBuilder, spatial: readonly Spatial[]): Node {
  const { maps, shape } = windowsOf(1, spatial, 1);
  return builder.take(builder.fill(1, [1, ...spatial.map(({ extent }) => extent), 1]), maps, shape);
}

/** Returns the axes of the places in a window, for windows with axes batch, out..., kernel..., channels. */
export function kernelAxes(spatial: readonly Spatial[]): readonly number[] {
  return spatial.map((_, i) => 1 + spatial.length + i);
}

export const count = (spatial: readonly Spatial[], of: "out" | "kernel"): number => sizeOf(spatial.map((s) => s[of]));
