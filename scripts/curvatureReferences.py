"""Writes test/data/curvature.json: dense curvature matrices and Kronecker factors in float64, by JAX.

    python scripts/curvatureReferences.py > test/data/curvature.json     # with jax installed

Every matrix comes from its definition: Jacobians by jax.jacrev, second derivatives of the losses by jax.hessian, and
expectations over the law's targets by sums over classes or closed second moments. Data and points stand in the file.
"""
import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def numbers(count, frequency, size=1.0):
    return size * np.sin(frequency * np.arange(1, count + 1))


def dense(x, w, b):
    return x @ w + b


def mlp(widths):
    shapes = []
    for a, b in zip(widths, widths[1:]):
        shapes += [(a, b), (b,)]

    def outputs(theta, x, shifts=None):
        layers = []
        for l in range(len(widths) - 1):
            s = dense(x, theta[2 * l], theta[2 * l + 1])
            layers.append(x)
            if shifts is not None:
                s = s + shifts[l]
            x = jnp.tanh(s) if l < len(widths) - 2 else s
        return x, layers

    return shapes, outputs


def convolutional(image, channels, classes, stride):
    """3x3 convolution with "same" zeros and a bias, tanh, then a dense layer without bias."""
    height, width, inputs = image
    out = (-(-height // stride), -(-width // stride))
    shapes = [(3, 3, inputs, channels), (channels,), (out[0] * out[1] * channels, classes)]

    def outputs(theta, x, shifts=None):
        n = x.shape[0]
        s = jax.lax.conv_general_dilated(
            x.reshape(n, *image), theta[0], (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        s = s + theta[1]
        if shifts is not None:
            s = s + shifts[0]
        h = jnp.tanh(s).reshape(n, -1)
        z = h @ theta[2]
        if shifts is not None:
            z = z + shifts[1]
        return z, [patches(np.asarray(x).reshape(n, *image), stride), h]

    return shapes, outputs


def patches(x, stride):
    """Windows in the order row, column, input channel; zeros where padded, as TensorFlow pads."""
    n, height, width, c = x.shape
    rows, columns = -(-height // stride), -(-width // stride)
    down = max((rows - 1) * stride + 3 - height, 0)
    right = max((columns - 1) * stride + 3 - width, 0)
    padded = np.zeros((n, height + down, width + right, c))
    padded[:, down // 2 : down // 2 + height, right // 2 : right // 2 + width] = x
    return np.stack(
        [
            padded[:, i * stride : i * stride + 3, j * stride : j * stride + 3].reshape(n, -1)
            for i in range(rows)
            for j in range(columns)
        ],
        axis=1,
    )


def losses(name, variance):
    half = lambda z: z.shape[0] // 2
    return {
        "squared": lambda z, y: jnp.sum((z - y) ** 2 / (2 * variance)),
        "meanSquared": lambda z, y: jnp.mean((z - y) ** 2),
        "crossEntropy": lambda z, y: -jnp.sum(y * jax.nn.log_softmax(z)),
        "bernoulli": lambda z, y: jnp.sum(jnp.logaddexp(z, 0.0) - y * z),
        "poisson": lambda z, y: jnp.sum(jnp.exp(z) - y * z),
        "gaussian": lambda z, y: jnp.sum(z[half(z) :] + (y - z[: half(z)]) ** 2 * jnp.exp(-z[half(z) :])) / 2,
    }[name]


def score_moment(name, z, variance):
    """E[s s'] over the law's targets, from the law's own moments."""
    c = len(z)
    if name == "squared":
        return np.diag(1 / np.broadcast_to(variance, (c,)))
    if name == "meanSquared":
        return np.eye(c) * 2 / c
    if name == "crossEntropy":
        p = np.exp(z - z.max())
        p /= p.sum()
        return sum(p[k] * np.outer(np.eye(c)[k] - p, np.eye(c)[k] - p) for k in range(c))
    if name == "bernoulli":
        p = 1 / (1 + np.exp(-z))
        return np.diag(p * (1 - p))
    if name == "poisson":
        return np.diag(np.exp(z))
    return np.diag(np.concatenate([np.exp(-z[c // 2 :]), np.full(c // 2, 0.5)]))


def case(label, network, name, x, y, weighting="mean", variance=None, factors=True, given=None):
    shapes, outputs = network
    sizes = [int(np.prod(s)) for s in shapes]
    theta = numbers(sum(sizes), 1.3, 0.4)
    variance = np.ones(1) if variance is None else np.asarray(variance)

    def unpack(flat):
        parts, at = [], 0
        for s, k in zip(shapes, sizes):
            parts.append(flat[at : at + k].reshape(s))
            at += k
        return parts

    f = lambda flat: outputs(unpack(flat), x)[0]
    z = np.asarray(f(theta))
    n, c = z.shape
    w = {"mean": np.full(n, 1 / n), "sum": np.ones(n)}.get(weighting) if isinstance(weighting, str) else None
    if w is None:
        w = np.asarray(weighting) / np.sum(weighting)
    loss = losses(name, variance)
    jacobian = np.asarray(jax.jacrev(f)(theta))
    hessians = [np.asarray(jax.hessian(loss)(z[i], y[i])) for i in range(n)]
    slopes = np.stack([np.asarray(jax.grad(loss)(z[i], y[i])) for i in range(n)])
    moments = [score_moment(name, z[i], variance) for i in range(n)]
    examples = np.stack([jacobian[i].T @ slopes[i] for i in range(n)])
    total = lambda blocks: sum(w[i] * jacobian[i].T @ blocks[i] @ jacobian[i] for i in range(n))
    flat = jacobian.reshape(n * c, -1)
    result = {
        "name": label,
        "loss": name,
        "weighting": weighting,
        "variance": variance.tolist() if len(variance) > 1 else None,
        "shapes": shapes,
        "inputs": np.asarray(x).ravel().tolist(),
        "targets": np.asarray(y if given is None else given).ravel().tolist(),
        "point": theta.tolist(),
        "samples": n,
        "outputs": z.ravel().tolist(),
        "value": float(sum(w[i] * loss(z[i], y[i]) for i in range(n))),
        "gradient": (w @ examples).tolist(),
        "gaussNewton": total(hessians).ravel().tolist(),
        "fisher": total(moments).ravel().tolist(),
        "empiricalFisher": (examples.T @ (w[:, None] * examples)).ravel().tolist(),
        "tangentKernel": (flat @ flat.T).ravel().tolist(),
        "exampleGradients": examples.ravel().tolist(),
    }
    if factors:
        parts = unpack(theta)
        inputs = [np.asarray(a) for a in outputs(parts, x)[1]]
        inputs = [a if a.ndim == 3 else a[:, None, :] for a in inputs]
        # A layer has a bias where a vector follows its weights.
        biased, weights = [], [i for i, s in enumerate(shapes) if len(s) > 1]
        for i in weights:
            biased.append(i + 1 < len(shapes) and len(shapes[i + 1]) == 1)
        result["factors"] = []
        for l, a in enumerate(inputs):
            positions = a.shape[1]
            width = shapes[weights[l]][-1]
            if biased[l]:
                a = np.concatenate([a, np.ones((n, positions, 1))], axis=2)
            spatial = (n, width) if positions == 1 else (n, *conv_size(positions, label), width)

            def shifted(shift, l=l):
                shifts = [0.0] * len(inputs)
                shifts[l] = shift
                return outputs(parts, x, shifts)[0]

            j = np.asarray(jax.jacrev(shifted)(np.zeros(spatial))).reshape(n, c, n, positions, width)
            first = sum(w[i] / w.sum() * a[i].T @ a[i] for i in range(n))
            second = np.zeros((width, width))
            for i in range(n):
                for t in range(positions):
                    g = j[i, :, i, t, :]
                    second += w[i] / positions * g.T @ moments[i] @ g
            result["factors"].append({"inputs": first.ravel().tolist(), "outputs": second.ravel().tolist()})
    return result


def conv_size(positions, label):
    side = int(np.sqrt(positions))
    return (side, side)


n = 5
x = numbers(n * 3, 1.7).reshape(n, 3)
classes = np.array([2, 0, 1, 1, 2])
hot = np.eye(3)[classes]
soft = np.array([[0.2, 0.3, 0.5], [1, 0, 0], [0.25, 0.25, 0.5], [0, 0.5, 0.5], [0.1, 0.1, 0.8]])
real = numbers(n * 3, 2.1, 0.8).reshape(n, 3)
uneven = [1.0, 3.0, 0.0, 2.0, 0.5]
images = numbers(4 * 4 * 4 * 2, 0.9).reshape(4, 32)
ones = numbers(4 * 9, 0.9).reshape(4, 9)
net = mlp([3, 4, 3])
wide = mlp([3, 4, 4])
cases = [
    case("classes", net, "crossEntropy", x, hot, given=classes),
    case("distributions, weighted", net, "crossEntropy", x, soft, weighting=uneven),
    case("squares with variances", net, "squared", x, real, weighting="sum", variance=[0.5, 1.0, 2.0]),
    case("mean squares", net, "meanSquared", x, real),
    case("logits", net, "bernoulli", x, (real > 0) * 1.0, weighting="sum"),
    case("rates", net, "poisson", x, np.floor(3 * np.abs(real)), weighting=uneven),
    case("means and variances", wide, "gaussian", x, real[:, :2]),
    case("three layers", mlp([3, 3, 2, 3]), "crossEntropy", x, hot, weighting="sum", given=classes),
    case("convolution", convolutional((3, 3, 1), 2, 2, 1), "crossEntropy", ones, np.eye(2)[[0, 1, 1, 1]], given=np.array([0, 1, 1, 1])),
    case("strided convolution", convolutional((4, 4, 2), 2, 3, 2), "squared", images, numbers(12, 0.7).reshape(4, 3), weighting=[1.0, 0.0, 2.0, 1.5]),
]


def shampoo(shapes, steps, rate, damping=1e-4, decay=None):
    """Minimises sum((x - target)^4) / 4, array by array, by the definition of Shampoo with eigenvalues from LAPACK."""
    sizes = [int(np.prod(s)) for s in shapes]
    x = numbers(sum(sizes), 1.3)
    target = numbers(sum(sizes), 0.7, 0.5)
    statistics = [[damping * np.eye(d) for d in s] for s in shapes]
    for _ in range(steps):
        gradient = (x - target) ** 3
        at = 0
        for s, k, own in zip(shapes, sizes, statistics):
            g = gradient[at : at + k].reshape(s)
            for axis, d in enumerate(s):
                flat = np.moveaxis(g, axis, 0).reshape(d, -1)
                moment = flat @ flat.T
                own[axis] = own[axis] + moment if decay is None else decay * own[axis] + (1 - decay) * moment
            step = g
            for axis, d in enumerate(s):
                values, vectors = np.linalg.eigh(own[axis])
                root = vectors @ np.diag(values ** (-1 / (2 * len(s)))) @ vectors.T
                step = np.moveaxis(np.tensordot(root, step, axes=(1, axis)), 0, axis)
            x[at : at + k] -= rate * step.ravel()
            at += k
    return x.tolist()


shapes = [(3, 4), (4,), (2, 3, 2)]
runs = [
    {"options": {}, "end": shampoo(shapes, 20, 0.05)},
    {"options": {"decay": 0.9, "damping": 0.01}, "end": shampoo(shapes, 20, 0.05, 0.01, 0.9)},
]
print(json.dumps({"cases": cases, "shampoo": {"shapes": shapes, "runs": runs}}))
