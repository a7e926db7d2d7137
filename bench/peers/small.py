"""JAX as the peer of bench/small.ts: solvers as loops inside one jitted function. The protocol is that of hvp.py.

Each task has several forms; the fastest counts.
"""

import json
import os
import sys

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
from hvp import Case, duration, jax_loss
from jax import lax

# Steps per call, as in small.ts.
steps = 100
lanczos_steps = 50


def repeated(body, count):
    """The two loops of JAX: with a fixed number of turns, and with a test in each turn."""
    fixed = lambda start: lax.fori_loop(0, count, lambda i, state: body(state), start)
    tested = lambda start: lax.while_loop(
        lambda both: (both[0] < count) & jnp.isfinite(both[1][-1]).all(),
        lambda both: (both[0] + 1, body(both[1])),
        (0, start),
    )[1]
    return {"fori_loop": fixed, "while_loop": tested}


def minres(product, n, b, loop):
    """MINRES of Paige and Saunders; a reflection per iteration, without QLP."""
    zero = jnp.zeros(n)
    beta1 = jnp.sqrt(b @ b)

    def body(state):
        x, y, r1, r2, w, w2, beta_before, beta, delta_bar, epsilon_next, phi_bar, c, s = state
        v = y / beta
        y = product(v) - (beta / beta_before) * r1
        alpha = v @ y
        y = y - (alpha / beta) * r2
        r1, r2 = r2, y
        beta_before, beta = beta, jnp.sqrt(y @ y)
        epsilon = epsilon_next
        delta = c * delta_bar + s * alpha
        gamma_bar = s * delta_bar - c * alpha
        epsilon_next, delta_bar = s * beta, -c * beta
        gamma = jnp.sqrt(gamma_bar * gamma_bar + beta * beta)
        c, s = gamma_bar / gamma, beta / gamma
        phi, phi_bar = c * phi_bar, s * phi_bar
        w1, w2 = w2, w
        w = (v - epsilon * w1 - delta * w2) / gamma
        return x + phi * w, y, r1, r2, w, w2, beta_before, beta, delta_bar, epsilon_next, phi_bar, c, s

    return loop(body)((zero, b, zero, b, zero, zero, 1.0, beta1, 0.0, 0.0, beta1, -1.0, 0.0))[0]


def conjugate_gradients(product, n, b, loop):
    def body(state):
        x, r, p, square = state
        q = product(p)
        alpha = square / (p @ q)
        r = r - alpha * q
        after = r @ r
        return x + alpha * p, r, r + (after / square) * p, after

    return loop(body)((jnp.zeros(n), b, b, b @ b))[0]


def lanczos(product, n, b, m, loop):
    """Ritz values. The basis is a matrix, with which classical Gram-Schmidt is two products, done twice."""

    def body(state):
        k, basis, diagonal, beside, v = state
        basis = basis.at[k].set(v)
        w = product(v)
        diagonal = diagonal.at[k].set(v @ w)
        w = w - (basis @ w) @ basis
        w = w - (basis @ w) @ basis
        beta = jnp.sqrt(w @ w)
        return k + 1, basis, diagonal, beside.at[k].set(beta), w / beta

    start = (0, jnp.zeros((m, n)), jnp.zeros(m), jnp.zeros(m), b / jnp.sqrt(b @ b))
    _, _, diagonal, beside, _ = loop(body)(start)
    return jnp.linalg.eigvalsh(jnp.diag(diagonal) + jnp.diag(beside[:-1], 1) + jnp.diag(beside[:-1], -1))


def load(case, folder):
    loss, point, direction = jax_loss(case)
    n = sum(part.size for part in point)
    flat = lambda parts: jnp.concatenate([part.reshape(-1) for part in parts])

    def split(vector):
        parts, at = [], 0
        for part in point:
            parts.append(vector[at : at + part.size].reshape(part.shape))
            at += part.size
        return parts

    gradient = jax.grad(loss)
    _, linear = jax.linearize(gradient, point)
    # Work that does not depend on v is done before the loop, or left to the compiler.
    products = {
        "linearize": lambda v: flat(linear(split(v))),
        "jvp": lambda v: flat(jax.jvp(gradient, (point,), (split(v),))[1]),
    }
    b = jnp.asarray(case.direction)
    tasks = {"product": [], "product loop": [], "minres": [], "cg": [], "lanczos": [], "gradient loop": []}
    first = {}

    def add(task, function, *operands, per=1):
        jitted = jax.jit(function)
        first.setdefault(task, np.asarray(jax.block_until_ready(jitted(*operands))))
        tasks[task].append((lambda: jax.block_until_ready(jitted(*operands)), per))

    for product in products.values():
        add("product", product, b)
        for name, loop in repeated(lambda state: (product(state[0]),), steps).items():
            add("product loop", lambda v, loop=loop: loop((v,))[0], b, per=steps)
        for name in ("fori_loop", "while_loop"):
            loop = lambda body, count=steps, name=name: repeated(body, count)[name]
            add("minres", lambda v, loop=loop, product=product: minres(product, n, v, loop), b, per=steps)
            add("cg", lambda v, loop=loop, product=product: conjugate_gradients(product, n, v, loop), b, per=steps)
            some = lambda body, name=name: repeated(body, lanczos_steps)[name]
            add(
                "lanczos",
                lambda v, loop=some, product=product: lanczos(product, n, v, lanczos_steps, loop),
                b,
                per=lanczos_steps,
            )
    descend = lambda weights: [w - 0.01 * g for w, g in zip(weights, gradient(weights))]
    for loop in repeated(lambda state: (descend(state[0]), 0.0), steps).values():
        add("gradient loop", lambda weights, loop=loop: flat(loop((weights, 0.0))[0]), point, per=steps)
    # Few iterations, so that rounding errors have not grown: what small.ts compares with.
    few = lambda body: repeated(body, 20)["fori_loop"]
    first["minres"] = np.asarray(jax.jit(lambda v: minres(products["linearize"], n, v, few))(b))
    for task, values in first.items():
        values.reshape(-1).tofile(os.path.join(folder, f"jax.{task.replace(' ', '-')}.f64"))
    return tasks


def answer(command):
    global tasks
    if command["op"] == "load":
        tasks = load(Case(command["case"], command["shapes"], command["folder"]), command["folder"])
        return {"ok": True}
    forms = tasks.get(command["what"], [])
    if not forms:
        return {"us": None}
    return {"us": min(duration(form, command["seconds"] / len(forms)) / per for form, per in forms)}


tasks = {}
print(json.dumps({"version": jax.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
