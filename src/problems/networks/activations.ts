import { elu, mul, relu, selu, sigmoid, softplus, type Tensor, tanh } from "@tensorflow/tfjs-core";

/** Activations that networks know by name: functions of z, applied to each entry. */
export const activations = {
  /** Computes z sigmoid(z), also called SiLU. */
  swish: (z: Tensor): Tensor => mul(z, sigmoid(z)),
  tanh: (z: Tensor): Tensor => tanh(z),
  sigmoid: (z: Tensor): Tensor => sigmoid(z),
  /** Computes max(0, z). Its Hessian is that of the active side. */
  relu: (z: Tensor): Tensor => relu(z),
  /** Computes log(1 + exp z). */
  softplus: (z: Tensor): Tensor => softplus(z),
  elu: (z: Tensor): Tensor => elu(z),
  selu: (z: Tensor): Tensor => selu(z),
  linear: (z: Tensor): Tensor => z,
} as const;

export type ActivationName = keyof typeof activations;

/** An activation: a name, or a function of a tensor in TensorFlow.js that keeps the shape. */
export type Activation = ActivationName | ((z: Tensor) => Tensor);
