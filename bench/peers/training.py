"""A peer of bench/training.ts: reads commands as lines of JSON, and trains a network with one library.

    {"op": "load", "case": {...}, "folder": "..."}   -> {"ok": true}
    {"op": "time", "method": "adam"}                 -> {"ms": 123.4}; the end is written to the folder
"""

import json
import os
import sys
import time

import numpy as np

library = sys.argv[1]
rates = {"momentum": 0.01, "adam": 0.001}


class Case:
    def __init__(self, case, folder):
        read = lambda name, dtype=np.float64: np.fromfile(os.path.join(folder, name), dtype=dtype)
        self.folder = folder
        i, h, c = case["inputs"], case["hidden"], case["classes"]
        self.shapes = [(i, h), (h,), (h, c), (c,)]
        self.images = read("images.f64").reshape(case["samples"], i)
        self.labels = read("labels.i32", np.int32)
        self.one_hot = np.eye(c)[self.labels]
        self.batches = read("order.i32", np.int32).reshape(case["epochs"], -1, case["batch"])
        flat, at, self.start = read("start.f64"), 0, []
        for shape in self.shapes:
            size = int(np.prod(shape))
            self.start.append(flat[at : at + size].reshape(shape))
            at += size


def with_jax(case):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    images, one_hot, batches = jnp.asarray(case.images), jnp.asarray(case.one_hot), jnp.asarray(case.batches)
    tree = jax.tree_util.tree_map

    def loss(weights, x, y):
        w1, b1, w2, b2 = weights
        logits = jnp.tanh(x @ w1 + b1) @ w2 + b2
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(logits), axis=-1))

    gradient = jax.grad(loss)

    def momentum(state, rows):
        z, v = state
        v = tree(lambda v, g: 0.9 * v + g, v, gradient(z, images[rows], one_hot[rows]))
        return (tree(lambda z, v: z - rates["momentum"] * v, z, v), v), None

    def adam(state, rows):
        z, m, s, t = state
        g = gradient(z, images[rows], one_hot[rows])
        t = t + 1
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        s = tree(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        a, b = 1 - 0.9**t, 1 - 0.999**t
        z = tree(lambda z, m, s: z - rates["adam"] * (m / a) / (jnp.sqrt(s / b) + 1e-8), z, m, s)
        return (z, m, s, t), None

    zeros = [jnp.zeros(shape) for shape in case.shapes]
    start = [jnp.asarray(part) for part in case.start]
    begin = {"momentum": (start, zeros), "adam": (start, zeros, zeros, 0.0)}
    steps = {"momentum": momentum, "adam": adam}
    epochs = {name: jax.jit(lambda state, rows, step=step: jax.lax.scan(step, state, rows)[0]) for name, step in steps.items()}

    def train(method):
        state = begin[method]
        for rows in batches:
            state = epochs[method](state, rows)
        return [np.asarray(part) for part in jax.block_until_ready(state)[0]]

    return train


def with_torch(case):
    import torch

    torch.set_num_threads(1)
    images, labels = torch.tensor(case.images), torch.tensor(case.labels.astype(np.int64))
    batches = torch.tensor(case.batches.astype(np.int64))

    def train(method):
        w1, b1, w2, b2 = weights = [torch.tensor(part, requires_grad=True) for part in case.start]
        if method == "momentum":
            optimizer = torch.optim.SGD(weights, lr=rates[method], momentum=0.9, fused=True)
        else:
            optimizer = torch.optim.Adam(weights, lr=rates[method], fused=True)
        for rows in batches.reshape(-1, batches.shape[-1]):
            optimizer.zero_grad(set_to_none=True)
            logits = torch.addmm(b2, torch.tanh(torch.addmm(b1, images[rows], w1)), w2)
            torch.nn.functional.cross_entropy(logits, labels[rows]).backward()
            optimizer.step()
        return [part.detach().numpy() for part in weights]

    return train


def answer(command):
    global train, case
    if command["op"] == "load":
        case = Case(command["case"], command["folder"])
        train = {"jax": with_jax, "torch": with_torch}[library](case)
        return {"ok": True}
    before = time.process_time()
    end = train(command["method"])
    passed = time.process_time() - before
    name = f"{library}.{command['method']}.f64"
    np.concatenate([part.reshape(-1) for part in end]).tofile(os.path.join(case.folder, name))
    return {"ms": 1000 * passed}


__import__(library)
print(json.dumps({"version": __import__("importlib.metadata").metadata.version(library)}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
