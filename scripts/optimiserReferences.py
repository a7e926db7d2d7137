"""Writes test/data/optimisers.json: 30 steps of the usual optimisers in float64, by PyTorch and Optax.

    python scripts/optimiserReferences.py > test/data/optimisers.json     # with torch, optax and jax installed

The three problems are a quadratic, Rosenbrock's function and a logistic regression whose step k sees batch k mod 5. Data
and starts stand in the file, so that nothing has to be computed twice with the same last bits.
"""
import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
STEPS = 30

n = 5
matrix = [[(1.0 + i) if i == j else 0.25 / (1 + abs(i - j)) for j in range(n)] for i in range(n)]
vector = [1.0, -2.0, 0.5, 3.0, -1.5]
samples = [[round(math.sin(1.7 * i + 2.3 * j), 6) for j in range(3)] for i in range(40)]
labels = [float((3 * i) % 7 < 3) for i in range(40)]
ridge = 0.01
batch = 8

starts = {"quadratic": [1.0, -1.0, 2.0, 0.5, -0.5], "rosenbrock": [-1.2, 1.0], "logistic": [0.1, -0.2, 0.3, 0.0]}


def losses(xp, array):
    a, b = array(matrix), array(vector)
    x, y = array(samples), array(labels)

    def quadratic(z, k):
        return xp.sum(z * (a @ z)) / 2 - xp.sum(b * z)

    def rosenbrock(z, k):
        return (1 - z[0]) ** 2 + 100 * (z[1] - z[0] ** 2) ** 2

    def logistic(z, k):
        first = (k % 5) * batch
        s = x[first : first + batch] @ z[:3] + z[3]
        softplus = xp.logaddexp(s, xp.zeros_like(s))
        return xp.mean(softplus - y[first : first + batch] * s) + ridge / 2 * xp.sum(z * z)

    return {"quadratic": quadratic, "rosenbrock": rosenbrock, "logistic": logistic}


in_torch = losses(torch, torch.tensor)
in_jax = {name: jax.grad(loss) for name, loss in losses(jnp, lambda v: jnp.array(v, dtype=jnp.float64)).items()}


def torch_run(make, schedule=None, clip=None, averaged=None):
    def run(name):
        z = torch.nn.Parameter(torch.tensor(starts[name]))
        optimiser = make([z], rates[name])
        scheduler = schedule(optimiser, rates[name]) if schedule else None
        average = averaged([z]) if averaged else None
        for k in range(STEPS):
            optimiser.zero_grad()
            in_torch[name](z, k).backward()
            if clip:
                clip([z])
            optimiser.step()
            if scheduler:
                scheduler.step()
            if average:
                average(z)
        return (average.value() if average else z.detach()).tolist()

    return run


def optax_run(make):
    def run(name):
        z = jnp.array(starts[name], dtype=jnp.float64)
        optimiser = make(rates[name])
        state = optimiser.init(z)
        for k in range(STEPS):
            updates, state = optimiser.update(in_jax[name](z, k), state, z)
            z = optax.apply_updates(z, updates)
        return np.asarray(z, dtype=np.float64).tolist()

    return run


class Averaged:
    """torch's AveragedModel over the points after each step."""

    def __init__(self, parameters, **options):
        self.module = torch.nn.ParameterList(parameters)
        self.model = torch.optim.swa_utils.AveragedModel(self.module, **options)

    def __call__(self, z):
        self.model.update_parameters(self.module)

    def value(self):
        return next(self.model.parameters()).detach()


rates = {"quadratic": 0.05, "rosenbrock": 0.0005, "logistic": 0.2}
o = torch.optim
s = o.lr_scheduler
sgd = lambda p, r: o.SGD(p, lr=r)
runs = {
    "sgd": optax_run(lambda r: optax.sgd(r)),
    "momentum": torch_run(lambda p, r: o.SGD(p, lr=r, momentum=0.9)),
    "nesterov": torch_run(lambda p, r: o.SGD(p, lr=r, momentum=0.9, nesterov=True)),
    "nesterovOptax": optax_run(lambda r: optax.sgd(r, momentum=0.8, nesterov=True)),
    "coupledDecay": torch_run(lambda p, r: o.SGD(p, lr=r, momentum=0.9, weight_decay=0.1)),
    "adam": optax_run(lambda r: optax.adam(r)),
    "adamCoupled": torch_run(lambda p, r: o.Adam(p, lr=r, weight_decay=0.1)),
    "adamW": torch_run(lambda p, r: o.AdamW(p, lr=r, weight_decay=0.1)),
    "nadam": optax_run(lambda r: optax.nadam(r)),
    "adamax": optax_run(lambda r: optax.adamax(r)),
    "amsGrad": torch_run(lambda p, r: o.Adam(p, lr=r, amsgrad=True, betas=(0.9, 0.8))),
    "amsGradCorrected": optax_run(lambda r: optax.amsgrad(r, b2=0.8)),
    "rmsProp": torch_run(lambda p, r: o.RMSprop(p, lr=r)),
    "rmsPropCentred": torch_run(lambda p, r: o.RMSprop(p, lr=r, alpha=0.9, centered=True, eps=1e-3)),
    "rmsPropMomentum": torch_run(lambda p, r: o.RMSprop(p, lr=r, momentum=0.5)),
    "rmsPropInside": optax_run(lambda r: optax.rmsprop(r, decay=0.9, eps=1e-4)),
    "rmsPropCentredInside": optax_run(lambda r: optax.rmsprop(r, decay=0.9, eps=1e-4, centered=True)),
    "adagrad": torch_run(lambda p, r: o.Adagrad(p, lr=r)),
    "adagradInside": optax_run(lambda r: optax.adagrad(r, initial_accumulator_value=0.1, eps=1e-7)),
    "lion": optax_run(lambda r: optax.lion(r, weight_decay=0.1)),
    "clipByNorm": optax_run(lambda r: optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(r, momentum=0.9))),
    "clipThenDecay": optax_run(
        lambda r: optax.chain(optax.clip_by_global_norm(0.5), optax.add_decayed_weights(0.1), optax.sgd(r))
    ),
    "clipByValue": torch_run(sgd, clip=lambda p: torch.nn.utils.clip_grad_value_(p, 0.5)),
    "cosine": torch_run(sgd, lambda optimiser, r: s.CosineAnnealingLR(optimiser, 30, eta_min=0.1 * r)),
    "oneCycle": torch_run(sgd, lambda optimiser, r: s.OneCycleLR(optimiser, r, total_steps=31, cycle_momentum=False)),
    "oneCycleLinear": torch_run(
        sgd,
        lambda optimiser, r: s.OneCycleLR(
            optimiser, r, total_steps=31, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=50,
            cycle_momentum=False,
        ),
    ),
    "oneCycleMomentum": torch_run(
        lambda p, r: o.SGD(p, lr=r, momentum=0.9),
        lambda optimiser, r: s.OneCycleLR(optimiser, r, total_steps=31),
    ),
    "stepDecay": torch_run(sgd, lambda optimiser, r: s.StepLR(optimiser, 7, gamma=0.5)),
    "milestones": torch_run(sgd, lambda optimiser, r: s.MultiStepLR(optimiser, [5, 12, 20], gamma=0.3)),
    "exponential": torch_run(sgd, lambda optimiser, r: s.ExponentialLR(optimiser, gamma=0.95)),
    "warmUp": torch_run(sgd, lambda optimiser, r: s.LinearLR(optimiser, start_factor=0.1, total_iters=10)),
    "average": torch_run(sgd, averaged=Averaged),
    "exponentialAverage": torch_run(
        sgd,
        averaged=lambda p: Averaged(p, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)),
    ),
}


def one_cycle(steps, rise, shape):
    """Factors of all steps of a cycle, however short its parts are."""
    optimiser = o.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = s.OneCycleLR(
        optimiser, 1.0, total_steps=steps, pct_start=rise, anneal_strategy=shape[:6].replace("cosine", "cos"),
        cycle_momentum=False,
    )
    factors = []
    for _ in range(steps):
        factors.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if len(factors) < steps:
            schedule.step()
    return {"steps": steps, "rise": rise, "shape": shape, "factors": factors}


print(
    json.dumps(
        {
            "by": {"torch": torch.__version__, "optax": optax.__version__, "jax": jax.__version__},
            "steps": STEPS,
            "matrix": matrix,
            "vector": vector,
            "samples": samples,
            "labels": labels,
            "ridge": ridge,
            "batch": batch,
            "starts": starts,
            "rates": rates,
            "oneCycles": [
                one_cycle(steps, rise, shape)
                # PyTorch divides by zero where the rise is one step, or all of a single one.
                for steps in [1, 2, 3, 7]
                for rise in [0.1, 0.3, 0.6, 1.0]
                if steps > 1 or rise < 1
                for shape in ["cosine", "linear"]
            ],
            "ends": {method: {name: run(name) for name in starts} for method, run in runs.items()},
        }
    )
)
