"""Writes test/data/whitening.json: whitening transforms and measures of the sample moment, to 50 digits.

    python scripts/whiteningReferences.py > test/data/whitening.json     # with mpmath, numpy and scikit-learn installed

Eigenvalues, matrices and measures come from their definitions in mpmath's arithmetic and are rounded to float64 at the
end, so that they are exact where float64 loses digits; the Ledoit-Wolf share is scikit-learn's. Data stand in the file.
"""
import json

import mpmath as mp
import numpy as np
from sklearn.covariance import ledoit_wolf_shrinkage

mp.mp.dps = 50


def waves(n, d, frequency, scales, mean):
    """Samples as rows; the same numbers on every machine, since they are written to the file."""
    x = np.sin(frequency * np.arange(1, n * d + 1) + 0.3 * np.arange(1, n * d + 1) ** 1.5).reshape(n, d)
    return x * np.array(scales) + np.array(mean)


def conditioned(n, d, condition):
    """Samples whose singular values fall to 1 / condition, in no special basis."""
    k = min(n, d)
    left = np.linalg.qr(waves(n, k, 1.1, [1] * k, [0] * k))[0]
    right = np.linalg.qr(waves(d, k, 0.7, [1] * k, [0] * k))[0]
    return left @ np.diag(condition ** (-np.arange(k) / (k - 1))) @ right.T


cases = {
    "tall": waves(12, 4, 1.3, [1, 5, 0.2, 2], [0, 1, -2, 0.5]),
    "wide": waves(4, 7, 1.7, [1, 2, 3, 0.5, 1, 1, 4], [1, 0, 0, 2, 0, 0, 0]),
    "square": waves(5, 5, 0.9, [1] * 5, [0.3] * 5),
    "constant feature": np.column_stack([waves(9, 3, 2.1, [1, 1, 2], [0, 0, 1]), np.full(9, 1000000.1)]),
    "condition 1e9": conditioned(30, 6, 1e9),
    "condition 1e9, wide": conditioned(5, 20, 1e9),
    "mean of 1e6 deviations": waves(15, 3, 1.9, [1, 0.5, 2], [1e6, -5e5, 2e6]),
}


def eigen(s):
    """Eigenvalues, descending, and eigenvectors as rows."""
    values, vectors = mp.eigsy(s)
    order = sorted(range(len(values)), key=lambda k: -values[k])
    return [values[k] for k in order], [[vectors[i, k] for i in range(s.rows)] for k in order]


def floats(matrix):
    return [float(entry) for entry in matrix]


def whitened(x, centred, shrinkage):
    n, d = x.shape
    exact = mp.matrix(x.tolist())
    mean = [sum(exact[i, j] for i in range(n)) / n if centred else mp.mpf(0) for j in range(d)]
    y = mp.matrix(n, d)
    for i in range(n):
        for j in range(d):
            y[i, j] = exact[i, j] - mean[j]
    s = y.T * y / n
    values, _ = eigen(s)
    rank = sum(value > mp.mpf(10) ** -30 * values[0] for value in values)
    trace = sum(s[j, j] for j in range(d))
    shrunk = (1 - mp.mpf(shrinkage)) * s + mp.mpf(shrinkage) * trace / d * mp.eye(d)
    own, vectors = eigen(shrunk)
    kept = d if shrinkage > 0 else rank
    zca = mp.matrix(d, d)
    pca = []
    for k in range(kept):
        v = vectors[k]
        largest = max(v, key=abs)
        v = [entry * mp.sign(largest) / mp.sqrt(own[k]) for entry in v]
        pca += v
        for i in range(d):
            for j in range(d):
                zca[i, j] += v[i] * v[j] * mp.sqrt(own[k])
    result = {
        "centred": centred,
        "shrinkage": shrinkage,
        "rank": rank,
        "mean": floats(mean),
        "spectrum": floats(value if k < rank else 0 for k, value in enumerate(values)),
        "pca": floats(pca),
        "zca": floats(zca),
    }
    if kept == d:
        result["cholesky"] = floats(mp.cholesky(shrunk) ** -1)
    return result


def measured(x, test):
    exact, other = mp.matrix(x.tolist()), mp.matrix(test.tolist())
    n = exact.rows
    k, cross, own = exact * exact.T, exact * other.T, other * other.T
    trace = sum(k[i, i] for i in range(n))
    frobenius = lambda a: mp.sqrt(sum(entry**2 for entry in a))
    values, _ = eigen(k)
    shares = [value / trace for value in values if value > mp.mpf(10) ** -30 * values[0]]
    return {
        "test": floats(other),
        "train": floats(k),
        "cross": floats(cross),
        "identityDistance": float(frobenius(k / (trace / n) - mp.eye(n)) / mp.sqrt(n)),
        "crossShare": float(frobenius(cross) / mp.sqrt(frobenius(k) * frobenius(own))),
        "effectiveRank": float(mp.exp(-sum(share * mp.log(share) for share in shares))),
        "participationRatio": float(1 / sum(share**2 for share in shares)),
    }


def aligned(x, labels, centred):
    """The centred kernel alignment by its definition."""
    n = len(labels)
    h = mp.eye(n) - mp.ones(n) / n if centred else mp.eye(n)
    exact = mp.matrix(x.tolist())
    y = mp.matrix([[1 if label == c else 0 for c in range(max(labels) + 1)] for label in labels])
    k, l = h * exact * exact.T * h, h * y * y.T * h
    product = sum(k[i, j] * l[i, j] for i in range(n) for j in range(n))
    return float(product / mp.sqrt(sum(e**2 for e in k) * sum(e**2 for e in l)))


out = []
for name, x in cases.items():
    n, d = x.shape
    labels = [(3 * i + i * i) % 3 for i in range(n)]
    test = waves(3, d, 2.7, [1] * d, [0.1] * d)
    out.append(
        {
            "name": name,
            "features": d,
            "data": x.ravel().tolist(),
            "whitened": [whitened(x, centred, a) for centred in (False, True) for a in (0, 0.125)],
            "ledoitWolf": [float(ledoit_wolf_shrinkage(x, assume_centered=not centred)) for centred in (False, True)],
            "measured": measured(x, test),
            "labels": labels,
            "alignment": [aligned(x, labels, centred) for centred in (False, True)],
        }
    )
print(json.dumps({"cases": out}))
