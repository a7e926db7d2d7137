"""JAX as the peer of bench/samples.ts: CPU nanoseconds per sample of a gradient and of a Hessian-vector product.

    python bench/peers/samples.py MODEL SAMPLES
"""

import json
import sys
import time

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np

which, samples = int(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(1)
x = jnp.asarray(random.standard_normal((samples, [16, 30, 32][which])))
y = jnp.asarray((random.standard_normal(samples) > 0).astype(np.float64))


def swish(weights):
    a, b = weights
    h = x @ a
    return jnp.mean(jnp.square((h * jax.nn.sigmoid(h)) @ b - x))


def logistic(weights):
    w, b = weights
    z = x @ w + b
    return jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))


def layers(weights):
    h = x
    for w in weights:
        h = jnp.tanh(h @ w)
    return jnp.mean(jnp.square(h - x))


loss = [swish, logistic, layers][which]
shapes = [[(16, 8), (8, 16)], [(30,), ()], [(32, 32)] * 10][which]
point = [jnp.asarray(0.1 * random.standard_normal(shape)) for shape in shapes]
direction = [jnp.asarray(random.standard_normal(shape)) for shape in shapes]

gradient = jax.jit(jax.grad(loss))
# As fluxion's linear map, the linearised gradient keeps what depends on the point alone.
linearised = jax.jit(lambda at: jax.linearize(jax.grad(loss), at)[1])(point)
kept = jax.jit(lambda v: linearised(v))
again = jax.jit(lambda at, v: jax.jvp(jax.grad(loss), (at,), (v,))[1])


def fastest(act):
    jax.block_until_ready(act())
    best, end, calls = float("inf"), time.perf_counter() + 1, 0
    while calls < 3 or time.perf_counter() < end:
        before = time.process_time()
        jax.block_until_ready(act())
        best, calls = min(best, time.process_time() - before), calls + 1
    return 1e9 * best / samples


product = min(fastest(lambda: kept(direction)), fastest(lambda: again(point, direction)))
print(json.dumps([fastest(lambda: gradient(point)), product]))
