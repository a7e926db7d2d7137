"""The equilibrium of Murphy, Sherali and Soyster's oligopoly in 40 digits, for src/problems/games/murphySheraliSoyster.ts.

python3 scripts/oligopolyReference.py   (needs mpmath)
"""

from mpmath import findroot, mp, mpf

mp.dps = 40
costs = [mpf(c) for c in (10, 8, 6, 4, 2)]
exponents = [mpf(b) for b in ("1.2", "1.1", "1", "0.9", "0.8")]
elasticity = mpf("1.1")


def conditions(*q):
    total = sum(q)
    price = (5000 / total) ** (1 / elasticity)
    return [
        c + (x / 5) ** (1 / b) - price + x * price / (elasticity * total) for c, b, x in zip(costs, exponents, q)
    ]


for x in findroot(conditions, (37, 42, 44, 43, 39)):
    print(mp.nstr(x, 20))
