"""A peer of bench/training.ts: reads commands as lines of JSON, and trains a network with one library.

    {"op": "load", "case": {...}, "folder": "..."}   -> {"ok": true}
    {"op": "time", "method": "adam"}                 -> {"ms": 123.4}; the end is written to the folder
    {"op": "time", "method": "adam", "watched": true} -> the same, with the loss and the squared gradient norm of each
                                                      step, and loss and accuracy on held-out rows after each epoch
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
        images, labels, samples = read("images.f64").reshape(-1, i), read("labels.i32", np.int32), case["samples"]
        self.images, self.seen = images[:samples], images[samples:]
        self.labels, self.seen_labels = labels[:samples], labels[samples:]
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

    def logits_of(weights, x):
        w1, b1, w2, b2 = weights
        return jnp.tanh(x @ w1 + b1) @ w2 + b2

    def loss(weights, x, y):
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(logits_of(weights, x)), axis=-1))

    gradient = jax.value_and_grad(loss)

    def momentum(state, rows):
        z, v = state
        value, g = gradient(z, images[rows], one_hot[rows])
        v = tree(lambda v, g: 0.9 * v + g, v, g)
        return (tree(lambda z, v: z - rates["momentum"] * v, z, v), v), (value, g)

    def adam(state, rows):
        z, m, s, t = state
        value, g = gradient(z, images[rows], one_hot[rows])
        t = t + 1
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        s = tree(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        a, b = 1 - 0.9**t, 1 - 0.999**t
        z = tree(lambda z, m, s: z - rates["adam"] * (m / a) / (jnp.sqrt(s / b) + 1e-8), z, m, s)
        return (z, m, s, t), (value, g)

    zeros = [jnp.zeros(shape) for shape in case.shapes]
    start = [jnp.asarray(part) for part in case.start]
    begin = {"momentum": (start, zeros), "adam": (start, zeros, zeros, 0.0)}
    steps = {"momentum": momentum, "adam": adam}

    def epoch(step, watched):
        def watching(state, rows):
            state, (value, g) = step(state, rows)
            return state, (value, sum(jnp.vdot(part, part) for part in g)) if watched else None

        return jax.jit(lambda state, rows: jax.lax.scan(watching, state, rows))

    epochs = {(name, watched): epoch(step, watched) for name, step in steps.items() for watched in (False, True)}
    seen, seen_labels = jnp.asarray(case.seen), jnp.asarray(case.seen_labels)

    @jax.jit
    def measured(weights):
        logits = logits_of(weights, seen)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), seen_labels[:, None], axis=1)
        return -jnp.mean(chosen), jnp.mean(jnp.argmax(logits, axis=1) == seen_labels)

    def train(method, watched):
        state, kept = begin[method], []
        for rows in batches:
            state, watch = epochs[method, watched](state, rows)
            if watched:
                kept.append([np.asarray(part) for part in (*watch, *measured(state[0]))])
        return [np.asarray(part) for part in jax.block_until_ready(state)[0]]

    return train


def with_torch(case):
    import torch

    torch.set_num_threads(1)
    images, labels = torch.tensor(case.images), torch.tensor(case.labels.astype(np.int64))
    seen, seen_labels = torch.tensor(case.seen), torch.tensor(case.seen_labels.astype(np.int64))
    batches = torch.tensor(case.batches.astype(np.int64))

    def train(method, watched):
        kept = []
        w1, b1, w2, b2 = weights = [torch.tensor(part, requires_grad=True) for part in case.start]
        if method == "momentum":
            optimizer = torch.optim.SGD(weights, lr=rates[method], momentum=0.9, fused=True)
        else:
            optimizer = torch.optim.Adam(weights, lr=rates[method], fused=True)
        logits_of = lambda x: torch.addmm(b2, torch.tanh(torch.addmm(b1, x, w1)), w2)
        for epoch in batches:
            for rows in epoch:
                optimizer.zero_grad(set_to_none=True)
                loss = torch.nn.functional.cross_entropy(logits_of(images[rows]), labels[rows])
                loss.backward()
                if watched:
                    kept.append((loss.item(), sum(torch.sum(w.grad**2) for w in weights).item()))
                optimizer.step()
            if watched:
                with torch.no_grad():
                    logits = logits_of(seen)
                    accuracy = (logits.argmax(1) == seen_labels).double().mean()
                    kept.append((torch.nn.functional.cross_entropy(logits, seen_labels).item(), accuracy.item()))
        return [part.detach().numpy() for part in weights]

    return train


def answer(command):
    global train, case
    if command["op"] == "load":
        case = Case(command["case"], command["folder"])
        train = {"jax": with_jax, "torch": with_torch}[library](case)
        return {"ok": True}
    before = time.process_time()
    end = train(command["method"], command.get("watched", False))
    passed = time.process_time() - before
    name = f"{library}.{command['method']}.f64"
    np.concatenate([part.reshape(-1) for part in end]).tofile(os.path.join(case.folder, name))
    return {"ms": 1000 * passed}


__import__(library)
print(json.dumps({"version": __import__("importlib.metadata").metadata.version(library)}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
