"""A peer of bench/hvp.ts: reads commands as lines of JSON, times gradients and Hessian-vector products with one library.

    {"op": "load", "case": {...}, "folder": "..."}   -> {"ok": true}; results are written to the folder
    {"op": "time", "what": "hvp", "seconds": 0.05}   -> {"us": 12.3}
"""

import json
import os
import sys
import time

import numpy as np

library = sys.argv[1]


def read(folder, name, dtype=np.float64):
    return np.fromfile(os.path.join(folder, name), dtype=dtype)


class Case:
    def __init__(self, case, folder):
        layers, samples = case["layers"], case["samples"]
        self.shapes = [(layers[i + 1], layers[i]) for i in range(len(layers) - 1)]
        self.activation, self.kind = case["activation"], case["kind"]
        self.x = read(folder, "inputs.f32", np.float32).astype(np.float64).reshape(layers[0], samples)
        self.labels = read(folder, "labels.i32", np.int32)
        self.point = read(folder, "point.f64")
        self.direction = read(folder, "direction.f64")

    def split(self, flat):
        parts, at = [], 0
        for rows, columns in self.shapes:
            parts.append(flat[at : at + rows * columns].reshape(rows, columns))
            at += rows * columns
        return parts


def flat(parts):
    return np.concatenate([np.asarray(part).reshape(-1) for part in parts])


def jax_loss(case):
    """The loss of a list of weights, the point and the direction as such lists."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    x = jnp.asarray(case.x)
    one_hot = jnp.asarray(np.eye(case.shapes[-1][0])[case.labels].T) if case.kind == "classifier" else None
    act = {"linear": lambda h: h, "tanh": jnp.tanh, "swish": lambda h: h * jax.nn.sigmoid(h)}[case.activation]

    def loss(weights):
        h = x
        for i, w in enumerate(weights):
            h = w @ h
            if i + 1 < len(weights):
                h = act(h)
        if case.kind == "autoencoder":
            return jnp.mean((h - x) ** 2)
        return jnp.mean(jax.nn.logsumexp(h, axis=0) - jnp.sum(one_hot * h, axis=0))

    point = [jnp.asarray(part) for part in case.split(case.point)]
    direction = [jnp.asarray(part) for part in case.split(case.direction)]
    return loss, point, direction


def with_jax(case):
    import jax

    loss, point, direction = jax_loss(case)
    gradient = jax.jit(jax.grad(loss))
    _, linear = jax.linearize(jax.grad(loss), point)
    constants = jax.jit(linear)
    arguments = jax.jit(lambda f, v: f(v))
    return {
        "gradient": lambda: jax.block_until_ready(gradient(point)),
        "hvp": lambda: jax.block_until_ready(constants(direction)),
        "hvp, residuals as arguments": lambda: jax.block_until_ready(arguments(linear, direction)),
    }


def with_torch(case):
    import torch

    torch.set_num_threads(1)
    x = torch.tensor(case.x)
    labels = torch.tensor(case.labels.astype(np.int64))
    act = {"linear": lambda h: h, "tanh": torch.tanh, "swish": torch.nn.functional.silu}[case.activation]

    def loss(weights):
        h = x
        for i, w in enumerate(weights):
            h = w @ h
            if i + 1 < len(weights):
                h = act(h)
        if case.kind == "autoencoder":
            return ((h - x) ** 2).mean()
        return torch.nn.functional.cross_entropy(h.T, labels)

    point = [torch.tensor(part, requires_grad=True) for part in case.split(case.point)]
    direction = [torch.tensor(part) for part in case.split(case.direction)]
    kept = torch.autograd.grad(loss(point), point, create_graph=True)
    return {
        "gradient": lambda: torch.autograd.grad(loss(point), point),
        "hvp": lambda: torch.autograd.grad(kept, point, direction, retain_graph=True),
    }


def with_autograd(case):
    import autograd
    import autograd.numpy as anp

    one_hot = np.eye(case.shapes[-1][0])[case.labels].T if case.kind == "classifier" else None
    act = {
        "linear": lambda h: h,
        "tanh": anp.tanh,
        "swish": lambda h: h / (1 + anp.exp(-h)),
    }[case.activation]

    def loss(point):
        h = case.x
        weights = case.split(point)
        for i, w in enumerate(weights):
            h = anp.dot(w, h)
            if i + 1 < len(weights):
                h = act(h)
        if case.kind == "autoencoder":
            return anp.mean((h - case.x) ** 2)
        top = anp.max(h, axis=0)
        return anp.mean(top + anp.log(anp.sum(anp.exp(h - top), axis=0)) - anp.sum(one_hot * h, axis=0))

    gradient = autograd.grad(loss)
    product = autograd.differential_operators.make_hvp(loss)(case.point)[0]
    return {"gradient": lambda: [gradient(case.point)], "hvp": lambda: [product(case.direction)]}


makers = {"jax": with_jax, "torch": with_torch, "autograd": with_autograd}
functions = {}


def duration(function, seconds):
    """Microseconds of CPU time a call, over as many calls as the time allows."""
    count, calls = 1, 0
    start = time.process_time()
    while True:
        for _ in range(count):
            function()
        calls += count
        passed = time.process_time() - start
        if passed >= seconds:
            return 1e6 * passed / calls
        count = max(1, min(2 * count, int(calls * (seconds - passed) / passed)))


def answer(command):
    global functions
    if command["op"] == "load":
        functions = {}
        functions = makers[library](Case(command["case"], command["folder"]))
        for what in ("gradient", "hvp"):
            flat(functions[what]()).tofile(os.path.join(command["folder"], f"{library}.{what}.f64"))
        return {"ok": True}
    chosen = [f for name, f in functions.items() if name.split(",")[0] == command["what"]]
    return {"us": min(duration(f, command["seconds"] / len(chosen)) for f in chosen)}


if __name__ == "__main__":
    __import__(library)
    print(json.dumps({"version": __import__("importlib.metadata").metadata.version(library)}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
