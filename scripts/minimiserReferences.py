"""Writes test/data/minimisers.json: evaluations and minima of SciPy's L-BFGS-B and nonlinear conjugate gradients.

    python scripts/minimiserReferences.py > test/data/minimisers.json     # with scipy and jax installed

Each problem is solved from its usual start and from 19 points near it. Both methods stop where no entry of the gradient exceeds 1e-6. Functions are those of More, Garbow and Hillstrom, their extended
Rosenbrock function, a quadratic of condition 10^4 and the logistic regression of optimisers.json on all samples.
"""
import json
import math
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import scipy
from scipy.optimize import minimize

jax.config.update("jax_enable_x64", True)
STARTS = 20
data = json.loads(pathlib.Path(__file__).parent.parent.joinpath("test/data/optimisers.json").read_text())
samples, labels = jnp.array(data["samples"]), jnp.array(data["labels"])


def squares(residuals):
    return lambda x: sum(r**2 for r in residuals(*x))


def extended(x):
    return jnp.sum(100 * (x[1::2] - x[::2] ** 2) ** 2 + (1 - x[::2]) ** 2)


def quadratic(x):
    return jnp.sum(10.0 ** jnp.linspace(0, 4, 50) * x * x) / 2 - jnp.sum(x)


def logistic(z):
    s = samples @ z[:3] + z[3]
    return jnp.mean(jnp.logaddexp(s, 0.0) - labels * s) + data["ridge"] / 2 * jnp.sum(z * z)


problems = {
    "Rosenbrock": (squares(lambda x, y: [10 * (y - x**2), 1 - x]), [-1.2, 1]),
    "Freudenstein and Roth": (
        squares(lambda x, y: [x - 13 + ((5 - y) * y - 2) * y, x - 29 + ((y + 1) * y - 14) * y]),
        [0.5, -2],
    ),
    "Beale": (squares(lambda x, y: [c - x * (1 - y ** (i + 1)) for i, c in enumerate([1.5, 2.25, 2.625])]), [1, 1]),
    "helical valley": (
        squares(
            lambda x, y, z: [
                10 * (z - 10 * jnp.arctan2(y, x) / (2 * jnp.pi)),
                10 * (jnp.sqrt(x**2 + y**2) - 1),
                z,
            ]
        ),
        [-1, 0, 0],
    ),
    "Powell singular": (
        squares(
            lambda a, b, c, d: [a + 10 * b, 5**0.5 * (c - d), (b - 2 * c) ** 2, 10**0.5 * (a - d) ** 2],
        ),
        [3, -1, 0, 1],
    ),
    "Wood": (
        squares(
            lambda a, b, c, d: [
                10 * (b - a**2),
                1 - a,
                90**0.5 * (d - c**2),
                1 - c,
                10**0.5 * (b + d - 2),
                (b - d) / 10**0.5,
            ]
        ),
        [-3, -1, -3, -1],
    ),
    "extended Rosenbrock": (extended, [-1.2, 1] * 10),
    "quadratic": (quadratic, [1] * 50),
    "logistic": (logistic, [0, 0, 0, 0]),
}

references = {}
for name, (loss, start) in problems.items():
    both = jax.jit(jax.value_and_grad(loss))

    def value_and_gradient(x):
        value, gradient = both(x)
        return float(value), np.asarray(gradient)

    references[name] = []
    for j in range(STARTS):
        near = [x + (0.1 * round(math.sin(7 * j + 3 * i), 6) * (1 + abs(x)) if j > 0 else 0) for i, x in enumerate(start)]
        found = {"start": near}
        for method, options in {"L-BFGS-B": {"gtol": 1e-6, "ftol": 0}, "CG": {"gtol": 1e-6}}.items():
            end = minimize(value_and_gradient, np.array(near), jac=True, method=method, options={"maxiter": 5000, **options})
            found[method] = {"evaluations": int(end.nfev), "value": float(end.fun)}
        references[name].append(found)
print(json.dumps({"by": {"scipy": scipy.__version__}, "ends": references}))
