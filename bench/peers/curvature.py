"""A peer of bench/curvature.ts: reads commands as lines of JSON, and multiplies by curvature matrices with one library.

    {"op": "load", "case": {...}, "product": "gaussNewton"}  -> {"result": [...]}, its first 200 numbers
    {"op": "time", "count": 10, "seconds": 0.05}             -> {"us": 12.3}, CPU time of one
"""

import json
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")
library = sys.argv[1]


def waves(length, frequency, size):
    return size * np.sin(frequency * np.arange(1, length + 1))


def numbers(case):
    i, h, c, n = case["inputs"], case["hidden"], case["classes"], case["samples"]
    shapes = [(i, h), (h,), (h, c), (c,)]
    p = sum(int(np.prod(s)) for s in shapes)
    labels = (3 * np.arange(n)) % c
    return shapes, waves(n * i, 1.7, 1).reshape(n, i), labels, waves(p, 1.3, 0.1), waves(p, 0.7, 1)


def split(flat, shapes):
    parts, at = [], 0
    for s in shapes:
        k = int(np.prod(s))
        parts.append(flat[at : at + k].reshape(s))
        at += k
    return parts


def with_jax(case, product):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    shapes, x, labels, point, v = numbers(case)
    n = len(x)
    x, hot, point, v = jnp.asarray(x), jnp.eye(case["classes"])[labels], jnp.asarray(point), jnp.asarray(v)

    def outputs(flat, x):
        w1, b1, w2, b2 = split(flat, shapes)
        return jnp.tanh(x @ w1 + b1) @ w2 + b2

    f = lambda flat: outputs(flat, x)
    if product.startswith("exampleGradients"):
        loss = lambda flat, x, y: -jnp.sum(y * jax.nn.log_softmax(outputs(flat, x)))
        all_gradients = jax.jit(jax.vmap(jax.grad(loss), in_axes=(None, 0, 0)))
        return lambda: all_gradients(point, x, hot).block_until_ready()
    # Everything that does not depend on v is computed here, once.
    z, push = jax.linearize(f, point)
    _, pull = jax.vjp(f, point)
    prob = jax.nn.softmax(z)
    slopes = prob - hot

    def gauss_newton(v):
        t = push(v)
        return pull((prob * t - prob * jnp.sum(prob * t, 1, keepdims=True)) / n)[0]

    def empirical(v):
        return pull(slopes * (jnp.sum(slopes * push(v), 1, keepdims=True) / n))[0]

    apply = jax.jit(gauss_newton if product == "gaussNewton" else empirical)
    return lambda: apply(v).block_until_ready()


def with_curvlinops(case, product):
    import torch
    from curvlinops import EFLinearOperator, GGNLinearOperator

    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    shapes, x, labels, point, v = numbers(case)

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weights = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(w)) for w in split(point, shapes)])

        def forward(self, x):
            w1, b1, w2, b2 = self.weights
            return torch.tanh(x @ w1 + b1) @ w2 + b2

    net, x, labels = Net(), torch.tensor(x), torch.tensor(labels)
    if product.startswith("exampleGradients"):
        from torch.func import functional_call, grad, vmap

        names = {name: w.detach() for name, w in net.named_parameters()}
        loss = lambda w, x, y: torch.nn.functional.cross_entropy(functional_call(net, w, (x[None],)), y[None])
        gradients = vmap(grad(loss), in_dims=(None, 0, 0))
        return lambda: torch.cat([g.reshape(len(x), -1) for g in gradients(names, x, labels).values()], 1)
    kind = GGNLinearOperator if product == "gaussNewton" else EFLinearOperator
    operator = kind(net, torch.nn.CrossEntropyLoss(), list(net.parameters()), [(x, labels)], check_deterministic=False)
    vector = torch.tensor(v)
    return lambda: operator @ vector


makers = {"jax": with_jax, "curvlinops": with_curvlinops}
versions = {"jax": ["jax"], "curvlinops": ["curvlinops", "torch"]}
for name in versions[library]:
    __import__(name)
from importlib.metadata import version

package = {"curvlinops": "curvlinops-for-pytorch"}
told = ", ".join(f"{name} {version(package.get(name, name))}" for name in versions[library])
print(json.dumps({"ready": True, "version": told}), flush=True)
run = None
for line in sys.stdin:
    command = json.loads(line)
    if command["op"] == "load":
        run = makers[library](command["case"], command["product"])
        result = np.asarray(run()).ravel()[:200]
        print(json.dumps({"result": result.tolist()}), flush=True)
    else:
        before, count, used = time.process_time(), 0, 0.0
        while used < command["seconds"]:
            for _ in range(command["count"]):
                run()
            count += command["count"]
            used = time.process_time() - before
        print(json.dumps({"us": 1e6 * used / count}), flush=True)
