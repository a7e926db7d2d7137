import { backend_util } from "@tensorflow/tfjs-core";
import type { Shape } from "../../graph/graph.ts";
import type { KernelCall } from "../kernelCall.ts";
import type { Spatial } from "./windows.ts";

type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Rounding = "floor" | "round" | "ceil";
type Pair = [number, number];
type Four = [number, number, number, number];
type Five = [number, number, number, number, number];

/** Returns the windows of a 2D convolution as TensorFlow.js computes them. Image and filter have channels last. */
export function spatial2D(call: KernelCall, image: Shape, filter: Shape): readonly Spatial[] {
  const info = backend_util.computeConv2DInfo(
    four(image),
    four(filter),
    pair(call, "strides"),
    call.attributes.dilations === undefined || call.attributes.dilations === null ? 1 : pair(call, "dilations"),
    padOf(call),
    roundingOf(call),
  );
  return checked(call, axes2D(info));
}

export function pooling2D(call: KernelCall, image: Shape): readonly Spatial[] {
  const info = backend_util.computePool2DInfo(
    four(image),
    pair(call, "filterSize"),
    pair(call, "strides"),
    1,
    padOf(call),
    roundingOf(call),
  );
  return checked(call, axes2D(info));
}

export function spatial3D(call: KernelCall, image: Shape, filter: Shape): readonly Spatial[] {
  const dilations = call.attributes.dilations;
  const info = backend_util.computeConv3DInfo(
    five(image),
    five(filter),
    triple(call, "strides"),
    dilations === undefined || dilations === null ? 1 : triple(call, "dilations"),
    padOf3D(call),
  );
  return checked(call, axes3D(info));
}

export function pooling3D(call: KernelCall, image: Shape): readonly Spatial[] {
  const size = triple(call, "filterSize");
  const strides = triple(call, "strides");
  const info = backend_util.computePool3DInfo(five(image), size, strides, 1, padOf3D(call), roundingOf(call), "NDHWC");
  return checked(call, axes3D(info));
}

/** Refuses windows that are larger than the image with its zeros, of which TensorFlow.js makes a negative number. */
function checked(call: KernelCall, spatial: readonly Spatial[]): readonly Spatial[] {
  for (const { out, kernel, dilation, extent } of spatial) {
    if (out >= 0) continue;
    throw call.refuseShape(
      `takes windows of ${(kernel - 1) * dilation + 1} numbers from an image with ${extent} numbers along an axis`,
      'pad the image, as with "same", or take a smaller filter',
    );
  }
  return spatial;
}

type Plane = ReturnType<typeof backend_util.computeConv2DInfo> | ReturnType<typeof backend_util.computeConv3DInfo>;

/** Returns height and width, which a volume has too. */
function axes2D(info: Plane): readonly Spatial[] {
  return [
    {
      extent: info.inHeight,
      out: info.outHeight,
      kernel: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: info.padInfo.top,
    },
    {
      extent: info.inWidth,
      out: info.outWidth,
      kernel: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: info.padInfo.left,
    },
  ];
}

function axes3D(info: ReturnType<typeof backend_util.computeConv3DInfo>): readonly Spatial[] {
  const depth = {
    extent: info.inDepth,
    out: info.outDepth,
    kernel: info.filterDepth,
    stride: info.strideDepth,
    dilation: info.dilationDepth,
    before: info.padInfo.front,
  };
  return [depth, ...axes2D(info)];
}

function padOf(call: KernelCall): Pad {
  const { pad } = call.attributes;
  if (pad === "same" || pad === "valid" || typeof pad === "number") return pad;
  const [batch, second, third, fourth] = call.pairs("pad").map(mutable) as [Pair, Pair, Pair, Pair];
  // Images have channels last here, whatever order they were given in.
  return call.text("dataFormat", "NHWC") === "NCHW" ? [batch, third, fourth, second] : [batch, second, third, fourth];
}

function padOf3D(call: KernelCall): "same" | "valid" | number {
  const { pad } = call.attributes;
  if (pad === "same" || pad === "valid" || typeof pad === "number") return pad;
  throw call.refuse("asks for explicit padding in three dimensions", "pad with tf.pad first");
}

function roundingOf(call: KernelCall): Rounding | undefined {
  const mode = call.attributes.dimRoundingMode;
  return mode === "floor" || mode === "round" || mode === "ceil" ? mode : undefined;
}

function pair(call: KernelCall, name: string): [number, number] {
  const [a, b] = call.numbers(name);
  return [a!, b ?? a!];
}

function triple(call: KernelCall, name: string): [number, number, number] {
  const [a, b, c] = call.numbers(name);
  return [a!, b ?? a!, c ?? a!];
}

const mutable = ([a, b]: readonly [number, number]): Pair => [a, b];
const four = ([a, b, c, d]: Shape): Four => [a!, b!, c!, d!];
const five = ([a, b, c, d, e]: Shape): Five => [a!, b!, c!, d!, e!];
