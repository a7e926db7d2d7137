"""Values of random matrix games by linear programming, for test/problems/games/matrixGames.json.

python3 scripts/matrixGameReferences.py > test/problems/games/matrixGames.json   (needs NumPy and SciPy)
"""

import json

import numpy as np
import scipy
from scipy.optimize import linprog


def value(a):
    """max v subject to A^T x >= v, x on the simplex."""
    rows, columns = a.shape
    solution = linprog(
        np.r_[np.zeros(rows), -1.0],
        A_ub=np.c_[-a.T, np.ones(columns)],
        b_ub=np.zeros(columns),
        A_eq=[np.r_[np.ones(rows), 0.0]],
        b_eq=[1.0],
        bounds=[(0, None)] * rows + [(None, None)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert solution.status == 0, solution.message
    return -solution.fun


games = []
for seed, (rows, columns) in enumerate([(2, 2), (3, 5), (8, 8), (20, 12)]):
    a = np.random.default_rng(seed).integers(-9, 10, (rows, columns))
    games.append({"payoffs": a.tolist(), "value": value(a.astype(float))})
print(json.dumps({"source": f"scipy.optimize.linprog, method highs, SciPy {scipy.__version__}", "games": games}))
