import type { Node, Shape } from "../../graph/graph.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import { withBiasAndActivation } from "./activation.ts";
import { spatial2D, spatial3D } from "./spatial.ts";
import { count, type Spatial, windowsOf } from "./windows.ts";

/** Multiplies windows of the image, as rows of a matrix, by the filter. */
function convolved(call: KernelCall, x: Node, filter: Node, spatial: readonly Spatial[]): Node {
  const { builder } = call;
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const { maps, shape } = windowsOf(batch, spatial, channels);
  const places = count(spatial, "kernel") * channels;
  const rows = builder.reshape(builder.take(x, maps, shape), [batch * count(spatial, "out"), places]);
  const product = builder.matmul(rows, builder.reshape(filter, [places, filter.shape.at(-1)!]));
  return builder.reshape(product, [batch, ...spatial.map(({ out }) => out), filter.shape.at(-1)!]);
}

/** Convolves each channel with filters of its own, by one matrix product per channel. */
function depthwise(call: KernelCall, x: Node, filter: Node, spatial: readonly Spatial[]): Node {
  const { builder } = call;
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const multiplier = filter.shape.at(-1)!;
  const places = count(spatial, "kernel");
  const { maps, shape } = windowsOf(batch, spatial, channels, true);
  const positions = batch * count(spatial, "out");
  const rows = builder.reshape(builder.take(x, maps, shape), [channels, positions, places]);
  const filters = builder.transpose(builder.reshape(filter, [places, channels, multiplier]), [1, 0, 2]);
  const product = builder.transpose(builder.matmul(rows, filters), [1, 0, 2]);
  return builder.reshape(product, [batch, ...spatial.map(({ out }) => out), channels * multiplier]);
}

/** Applies the adjoint of a convolution in x, which is the transposed convolution. */
function transposedConvolution(
  call: KernelCall,
  dy: Node,
  filter: Node,
  spatial: readonly Spatial[],
  image: Shape,
): Node {
  const { builder } = call;
  const [batch, channels] = [image[0]!, image.at(-1)!];
  const places = count(spatial, "kernel") * channels;
  const outputs = filter.shape.at(-1)!;
  const rows = builder.reshape(dy, [batch * count(spatial, "out"), outputs]);
  const spread = builder.matmul(rows, builder.reshape(filter, [places, outputs]), { transposeB: true });
  const { maps, shape } = windowsOf(batch, spatial, channels);
  return builder.scatterAdd(builder.reshape(spread, shape), maps, image);
}

/** Moves channels from the first place to the last one; {@link asGiven} moves them back. */
function channelsLast(call: KernelCall, x: Node): Node {
  return isChannelsFirst(call) ? call.builder.transpose(x, [0, 2, 3, 1]) : x;
}
function asGiven(call: KernelCall, x: Node): Node {
  return isChannelsFirst(call) ? call.builder.transpose(x, [0, 3, 1, 2]) : x;
}
const isChannelsFirst = (call: KernelCall): boolean => call.text("dataFormat", "NHWC") === "NCHW";

function conv2D(call: KernelCall): Node {
  const x = channelsLast(call, call.input("x").node);
  const filter = call.input("filter").node;
  return asGiven(call, convolved(call, x, filter, spatial2D(call, x.shape, filter.shape)));
}

function depthwise2D(call: KernelCall): Node {
  const x = channelsLast(call, call.input("x").node);
  const filter = call.input("filter").node;
  return asGiven(call, depthwise(call, x, filter, spatial2D(call, x.shape, filter.shape)));
}

/** Lowerings of convolutions: windows of the image, as rows of a matrix, times the filter. */
export const convolutionLowerings = {
  /** Also tf.conv1d. */
  Conv2D: (call) => ({ node: conv2D(call), dtype: "float32" }),
  FusedConv2D: (call) => ({ node: withBiasAndActivation(call, conv2D(call)), dtype: "float32" }),
  DepthwiseConv2dNative: (call) => ({ node: depthwise2D(call), dtype: "float32" }),
  FusedDepthwiseConv2D: (call) => ({ node: withBiasAndActivation(call, depthwise2D(call)), dtype: "float32" }),
  /** tf.conv2dTranspose. */
  Conv2DBackpropInput: (call) => {
    const given = call.numbers("inputShape");
    const image = isChannelsFirst(call) ? [given[0]!, given[2]!, given[3]!, given[1]!] : given;
    const filter = call.input("filter").node;
    const spatial = spatial2D(call, image, filter.shape);
    const dy = channelsLast(call, call.input("dy").node);
    return { node: asGiven(call, transposedConvolution(call, dy, filter, spatial, image)), dtype: "float32" };
  },
  Conv3D: (call) => {
    const x = call.input("x").node;
    const filter = call.input("filter").node;
    return { node: convolved(call, x, filter, spatial3D(call, x.shape, filter.shape)), dtype: "float32" };
  },
  /** tf.conv3dTranspose. */
  Conv3DBackpropInputV2: (call) => {
    const image = call.numbers("inputShape");
    const filter = call.input("filter").node;
    const spatial = spatial3D(call, image, filter.shape);
    return { node: transposedConvolution(call, call.input("dy").node, filter, spatial, image), dtype: "float32" };
  },
} satisfies Readonly<Record<string, Lowering>>;
