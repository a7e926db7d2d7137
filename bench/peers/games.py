"""Peers of bench/games.ts: reads lines of JSON, answers with lines of JSON.

    {"op": "dense", "n": 1000, "folder": "...", "count": 200}   -> {"us": CPU time of an extragradient iteration}
    {"op": "sparse", "n": 1000000, "count": 20}                 -> the same for the banded skew field
    {"op": "game", "folder": "...", "rows": 1000, "columns": 1000} -> {"seconds": ..., "value": ...} by linear programming

The first argument names the peer: numpy, monviso (its GitHub source on PYTHONPATH), highs.
"""

import json
import os
import sys
import time

import numpy as np

peer = sys.argv[1]
if peer == "highs":
    import highspy
if peer == "monviso":
    from monviso import VI

eta = 0.4


def clip(z):
    return np.clip(z, -1, 1)


def timed(step, z, count):
    for _ in range(max(2, count // 10)):
        z = step(z)
    before = time.process_time()
    for _ in range(count):
        z = step(z)
    return {"us": (time.process_time() - before) / count * 1e6, "last": [float(x) for x in z[:3]]}


def dense(n, folder, count):
    a = np.fromfile(os.path.join(folder, "a.f64")).reshape(n, n)
    b = np.fromfile(os.path.join(folder, "b.f64"))

    def field(z):
        return a @ z + b

    z = np.zeros(n)
    if peer == "monviso":
        # With a projection of NumPy's instead of its own by cvxpy: its fastest form.
        problem = VI(field, analytical_prox=clip)
        return timed(lambda x: problem.eg(x, eta), z, count)
    return timed(lambda x: clip(x - eta * field(clip(x - eta * field(x)))), z, count)


def sparse(n, count):
    def field(z):
        f = 0.1 * z
        f[:-1] += 0.3 * z[1:]
        f[1:] -= 0.3 * z[:-1]
        f[:-997] += 0.2 * z[997:]
        f[997:] -= 0.2 * z[:-997]
        return f

    return timed(lambda x: clip(x - eta * field(clip(x - eta * field(x)))), np.linspace(-1, 1, n), count)


def game(folder, rows, columns):
    """max v with A^T x >= v, x on the simplex: the row player's linear programme."""
    a = np.fromfile(os.path.join(folder, "game.f64")).reshape(rows, columns)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    for _ in range(rows):
        solver.addVar(0, highspy.kHighsInf)
    solver.addVar(-highspy.kHighsInf, highspy.kHighsInf)
    solver.changeColCost(rows, -1.0)
    index = np.arange(rows + 1, dtype=np.int32)
    for j in range(columns):
        solver.addRow(0.0, highspy.kHighsInf, rows + 1, index, np.append(a[:, j], -1.0))
    solver.addRow(1.0, 1.0, rows, index[:rows], np.ones(rows))
    before = time.process_time()
    solver.run()
    return {"seconds": time.process_time() - before, "value": -solver.getInfo().objective_function_value}


print(json.dumps({"peer": peer}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    op = request.pop("op")
    answer = {"dense": dense, "sparse": sparse, "game": game}[op](**request)
    print(json.dumps(answer), flush=True)
