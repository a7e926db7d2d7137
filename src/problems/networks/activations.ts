import { elu, mul, relu, selu, sigmoid, softplus, type Tensor, tanh } from "@tensorflow/tfjs-core";

/** Activations that networks know by name: functions of z, applied to each entry. */
export const activations = {
  /** Computes z sigmoid(z), also called SiLU. */
  swish: (z: Tensor): Tensor => mul(z, sigmoid(z)),
  /** Computes the hyperbolic tangent. */
  tanh: (z: Tensor): Tensor => tanh(z),
  /** Computes 1 / (1 + exp(-z)). */
  sigmoid: (z: Tensor): Tensor => sigmoid(z),
  /** Computes max(0, z). Its Hessian is that of the active side. */
  relu: (z: Tensor): Tensor => relu(z),
  /** Computes log(1 + exp z). */
  softplus: (z: Tensor): Tensor => softplus(z),
  /** Computes z where it is positive, else exp(z) - 1. */
  elu: (z: Tensor): Tensor => elu(z),
  /** Computes the scaled ELU, 1.0507 z or 1.0507 * 1.6733 (exp(z) - 1). */
  selu: (z: Tensor): Tensor => selu(z),
  /** Returns z. */
  linear: (z: Tensor): Tensor => z,
} as const;

/** Name of a known activation. */
export type ActivationName = keyof typeof activations;

/** An activation: a name, or a function of a tensor in TensorFlow.js that keeps the shape. */
export type Activation = ActivationName | ((z: Tensor) => Tensor);
