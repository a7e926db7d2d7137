"""Writes test/data/calibration.json: accuracy, calibration error, log loss and Brier score of logits, by NumPy.

    python scripts/calibrationReferences.py > test/data/calibration.json     # with numpy installed

Logits and labels stand in the file. The definitions are those of Guo et al. 2017 (arXiv:1706.04599) and Brier 1950, written
with whole arrays, bin by bin.
"""
import json

import numpy as np


def scores(logits, labels, bins):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    confidence, predicted = p.max(axis=1), p.argmax(axis=1)
    correct = predicted == labels
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    truth = np.eye(logits.shape[1])[labels]
    return {
        "accuracy": float(correct.mean()),
        "calibrationError": float(error),
        "logLoss": float(-np.log((p * truth).sum(axis=1)).mean()),
        "brierScore": float(((p - truth) ** 2).sum(axis=1).mean()),
    }


cases = []
random = np.random.default_rng(7)
for n, classes, size, bins in [(1, 2, 1, 15), (40, 2, 1, 15), (200, 10, 2, 15), (200, 10, 8, 15), (60, 3, 0.3, 5), (50, 4, 30, 1)]:
    logits = np.round(size * random.standard_normal((n, classes)), 6)
    labels = np.where(random.random(n) < 0.6, logits.argmax(axis=1), random.integers(classes, size=n))
    cases.append(
        {"bins": bins, "classes": classes, "logits": logits.ravel().tolist(), "labels": labels.tolist(), **scores(logits, labels, bins)}
    )
print(json.dumps({"numpy": np.__version__, "cases": cases}))
