import { type Node, sizeOf } from "../../graph/graph.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import { pooling2D, pooling3D, spatial2D } from "./spatial.ts";
import { count, edgeMask, kernelAxes, overlapsEdge, type Spatial, windowsOf } from "./windows.ts";

/** Returns the maximum of each window. Ties share the derivative evenly; outside the image there is minus infinity. */
function maximum(call: KernelCall, spatial: readonly Spatial[]): Node {
  const m = new Arithmetic(call.builder);
  const x = call.input("x").node;
  const { maps, shape } = windowsOf(x.shape[0]!, spatial, x.shape.at(-1)!);
  const windows = m.builder.take(x, maps, shape);
  return m.builder.reduceMax(inImage(m, spatial, windows), kernelAxes(spatial));
}

/** Returns the mean of the numbers of each window that lie inside the image. */
function average(call: KernelCall, spatial: readonly Spatial[]): Node {
  const m = new Arithmetic(call.builder);
  const x = call.input("x").node;
  const { maps, shape } = windowsOf(x.shape[0]!, spatial, x.shape.at(-1)!);
  const total = m.builder.sum(m.builder.take(x, maps, shape), kernelAxes(spatial));
  if (!overlapsEdge(spatial)) return m.div(total, count(spatial, "kernel"));
  return m.div(total, m.builder.sum(edgeMask(m.builder, spatial), kernelAxes(spatial)));
}

/** Returns the grayscale dilation: the maximum of image plus filter in each window. */
function dilation(call: KernelCall): Node {
  const m = new Arithmetic(call.builder);
  const x = call.input("x").node;
  const filter = call.input("filter").node;
  const channels = x.shape.at(-1)!;
  const spatial = spatial2D(call, x.shape, [...filter.shape, channels]);
  const { maps, shape } = windowsOf(x.shape[0]!, spatial, channels);
  const windows = m.add(m.builder.take(x, maps, shape), filter);
  return m.builder.reduceMax(inImage(m, spatial, windows), kernelAxes(spatial));
}

/** Puts minus infinity into windows where they lie outside the image. */
function inImage(m: Arithmetic, spatial: readonly Spatial[], windows: Node): Node {
  if (!overlapsEdge(spatial)) return windows;
  return m.select(edgeMask(m.builder, spatial), windows, Number.NEGATIVE_INFINITY);
}

/** Normalises the local response: x (bias + alpha sum of squares of neighbouring channels)^-beta. */
function localResponse(call: KernelCall): Node {
  const m = new Arithmetic(call.builder);
  const x = call.input("x").node;
  const radius = call.number("depthRadius", 5);
  const channels = x.shape.at(-1)!;
  const line: Spatial = {
    extent: channels,
    out: channels,
    kernel: 2 * radius + 1,
    stride: 1,
    dilation: 1,
    before: radius,
  };
  const rows = m.builder.reshape(m.mul(x, x), [sizeOf(x.shape) / channels, channels, 1]);
  const { maps, shape } = windowsOf(rows.shape[0]!, [line], 1);
  const squares = m.builder.reshape(m.builder.sum(m.builder.take(rows, maps, shape), [2]), x.shape);
  const base = m.add(m.mul(call.number("alpha", 1), squares), call.number("bias", 1));
  return m.mul(x, m.builder.binary("pow", base, m.node(-call.number("beta", 0.5))));
}

/** Lowerings of pooling, which reduces windows of the image. */
export const poolingLowerings = {
  MaxPool: (call) => ({
    node: maximum(call, pooling2D(call, call.input("x").node.shape)),
    dtype: call.input("x").dtype,
  }),
  AvgPool: (call) => ({ node: average(call, pooling2D(call, call.input("x").node.shape)), dtype: "float32" }),
  MaxPool3D: (call) => ({
    node: maximum(call, pooling3D(call, call.input("x").node.shape)),
    dtype: call.input("x").dtype,
  }),
  AvgPool3D: (call) => ({ node: average(call, pooling3D(call, call.input("x").node.shape)), dtype: "float32" }),
  Dilation2D: (call) => ({ node: dilation(call), dtype: call.input("x").dtype }),
  LRN: (call) => ({ node: localResponse(call), dtype: "float32" }),
} satisfies Readonly<Record<string, Lowering>>;
