"""Fits the polynomials of src/elementary and src/autodiff/float64/emit/maths.ts by Remez's exchange in 120 digits and writes coefficients.ts.

    python3 -m pip install mpmath
    python3 scripts/fit_coefficients.py            # needed only when a range or a degree changes
    python3 scripts/fit_coefficients.py --fixture  # the tests' reference values as well
"""

import base64
import random
import struct
import sys
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 120
root = Path(__file__).resolve().parent.parent


def remez(f, weight, low, high, degree):
    """Coefficients c minimising max |weight(x) (f(x) - sum c_k x^k)| over [low, high], and that maximum."""
    low, high, n = mpf(low), mpf(high), degree + 2
    points = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    grid = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * k / (40 * n)) for k in range(40 * n + 1)]
    samples = [(x, f(x), weight(x)) for x in grid]
    for _ in range(12):
        matrix = mp.matrix(n, n)
        right = mp.matrix(n, 1)
        for row, x in enumerate(points):
            for column in range(n - 1):
                matrix[row, column] = x**column
            matrix[row, n - 1] = (-1) ** row / weight(x)
            right[row] = f(x)
        solution = mp.lu_solve(matrix, right)
        coefficients = [solution[k] for k in range(n - 1)]
        errors = [w * (value - mp.polyval(coefficients[::-1], x)) for x, value, w in samples]
        # The largest error of each run of one sign.
        chosen = []
        for x, error in zip(grid, errors):
            if chosen and (chosen[-1][1] > 0) == (error > 0):
                if abs(error) > abs(chosen[-1][1]):
                    chosen[-1] = (x, error)
            else:
                chosen.append((x, error))
        while len(chosen) > n:
            chosen.pop(0 if abs(chosen[0][1]) < abs(chosen[-1][1]) else -1)
        worst = max(abs(error) for error in errors)
        if len(chosen) < n or worst < 1.001 * abs(solution[n - 1]):
            return coefficients, worst
        points = [x for x, _ in chosen]
    return coefficients, worst


tiny = mpf(10) ** -25


def away(x):
    """Quotients below have removable singularities at 0."""
    return x if abs(x) > tiny else tiny


def at(f):
    return lambda x: f(away(x))


def odd(f, scale):
    """g with f(x) = scale x + x^3 g(x^2), as a function of z = x^2."""
    return at(lambda z: (f(mp.sqrt(z)) / mp.sqrt(z) - scale) / z)


half_ln2 = mp.log(2) / 2 * mpf("1.0001")
fits = {
    # Name: (formula, f, weight, low, high, degree). The weight makes errors relative to the function's value.
    "exponential": (
        "e^r = 1 + r + r^2 / 2 + r^3 P(r), |r| <= ln 2 / 2",
        at(lambda x: (mp.expm1(x) - x - x * x / 2) / x**3),
        at(lambda x: abs(x**3 / mp.expm1(x))),
        -half_ln2,
        half_ln2,
        9,
    ),
    "exponentialNear": (
        "e^r = 1 + r + r^2 P(r), |r| <= ln 2 / 128",
        at(lambda x: (mp.expm1(x) - x) / x**2),
        at(lambda x: x**2),
        -half_ln2 / 64,
        half_ln2 / 64,
        3,
    ),
    "logarithm": (
        "log((1 + s) / (1 - s)) = 2 s + s z P(z), z = s^2, for 1/sqrt 2 <= (1 + s) / (1 - s) <= sqrt 2",
        at(lambda z: (2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z),
        lambda z: z,
        0,
        (mp.sqrt(2) - 1) ** 2 / (mp.sqrt(2) + 1) ** 2 * mpf("1.0001"),
        6,
    ),
    "sine": ("sin x = x + x z P(z), z = x^2, |x| <= pi / 4", odd(mp.sin, 1), lambda z: z, 0, (mp.pi / 4 + tiny) ** 2, 5),
    "cosine": (
        "cos x = 1 - z / 2 + z^2 P(z), z = x^2, |x| <= pi / 4",
        at(lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2),
        lambda z: z**2,
        0,
        (mp.pi / 4 + tiny) ** 2,
        5,
    ),
    "arcTangent": (
        "atan x = x + x z P(z), z = x^2, |x| <= tan(pi / 8)",
        odd(mp.atan, 1),
        lambda z: z,
        0,
        mp.tan(mp.pi / 8) ** 2 * mpf("1.0001"),
        10,
    ),
    "errorSmall": (
        "erf x = x + x P(z), z = x^2, |x| <= 1",
        at(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1),
        lambda z: mpf(1),
        0,
        1,
        12,
    ),
    "errorLarge": (
        "e^(x^2) (1 - erf x) = P(y), 1 <= x <= 6, y = (1 / (1 + x / 2) - 11 / 24) 24 / 5 in [-1, 1]",
        lambda y: (lambda x: mp.exp(x * x) * mp.erfc(x))(2 / (y * 5 / 24 + mpf(11) / 24) - 2),
        # The share of 1 - erf in erf.
        lambda y: (lambda x: mp.exp(-x * x) / mp.erf(x))(2 / (y * 5 / 24 + mpf(11) / 24) - 2),
        -1,
        1,
        12,
    ),
}


def split(value, bits):
    """A number of few bits and the rest, so that small integers times the first are exact."""
    scale = mpf(2) ** (bits - mp.floor(mp.log(value, 2)) - 1)
    head = mp.floor(value * scale) / scale
    return head, value - head


def coefficient_file():
    lines = [
        "// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: the table of roots contains the square root of 2",
        "/** Coefficients of polynomials, lowest power first, which scripts/fit_coefficients.py fitted by Remez's exchange. */",
        "",
    ]
    for name, (formula, f, weight, low, high, degree) in fits.items():
        coefficients, worst = remez(f, weight, low, high, degree)
        print(f"{name:18} degree {degree:2}, largest error {mp.nstr(worst / mpf(2) ** -53, 3)} of 2^-53")
        lines.append(f"/** {formula}. */")
        lines.append(f"export const {name} = [" + ", ".join(repr(float(c)) for c in coefficients) + "] as const;")
        lines.append("")
    ln2_head, ln2_rest = split(mp.log(2), 32)
    lines.append("/** ln 2 = head + tail. The head times an integer below 2^11 is exact. */")
    lines.append(f"export const ln2 = {{ head: {float(ln2_head)!r}, tail: {float(ln2_rest)!r} }} as const;")
    lines.append("")
    head, rest = split(mp.log(2) / 64, 32)
    lines.append("/** ln 2 / 64 = head + tail. The head times an integer below 2^17 is exact. */")
    lines.append(f"export const ln2Part = {{ head: {float(head)!r}, tail: {float(rest)!r} }} as const;")
    lines.append("")
    pairs = []
    for j in range(64):
        power = mpf(2) ** (mpf(j) / 64)
        pairs += [float(power), float(power / mpf(float(power)) - 1)]
    lines.append("/** For j = 0 to 63, 2^(j / 64) rounded, and the part that rounding removed, relative to it. */")
    lines.append(f"export const rootsOfTwo = [{', '.join(map(repr, pairs))}] as const;")
    lines.append("")
    first, rest = split(mp.pi / 2, 33)
    second, rest = split(rest, 33)
    lines.append("/** pi / 2 in three parts. The first two times an integer below 2^20 are exact. */")
    lines.append(f"export const halfPi = [{float(first)!r}, {float(second)!r}, {float(rest)!r}] as const;")
    lines.append("")
    for name, value in (("quarterPi", mp.pi / 4), ("halfPiPair", mp.pi / 2)):
        head = mpf(float(value))
        lines.append(f"/** {'pi / 4' if name == 'quarterPi' else 'pi / 2'} rounded, and the part that rounding removed. */")
        lines.append(f"export const {name} = {{ head: {float(head)!r}, tail: {float(value - head)!r} }} as const;")
        lines.append("")
    return "\n".join(lines)


def softplus(x):
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def sigmoid(x):
    return 1 / (1 + mp.exp(-x)) if x >= 0 else mp.exp(x) / (1 + mp.exp(x))


functions = {
    # Name: (f, ranges as (low, high, how many)); "log" ranges are spread evenly over exponents.
    "exp": (mp.exp, [(-745, 709, 60), (-1, 1, 30), (-1e-10, 1e-10, 5)]),
    "expm1": (mp.expm1, [(-50, 709, 30), (-1.5, 1.5, 70), (-1e-9, 1e-9, 5)]),
    "log": (mp.log, [(5e-324, 1.7e308, "log", 60), (0.4, 2.5, 40), (0.99, 1.01, 20)]),
    "log1p": (mp.log1p, [(1e-300, 1e300, "log", 30), (-0.9999, 3, 60), (-0.3, 0.45, 30), (-1e-9, 1e-9, 5)]),
    "tanh": (mp.tanh, [(-25, 25, 30), (-1, 1, 80), (1e-300, 1e-3, "log", 15)]),
    "sigmoid": (sigmoid, [(-745, 45, 50), (-8, 8, 70)]),
    "softplus": (softplus, [(-745, 710, 50), (-8, 8, 70)]),
    "sin": (mp.sin, [(-10, 10, 60), (-1e5, 1e5, 40), (1e5, 1e300, "log", 20), (1e-300, 1e-3, "log", 10)]),
    "cos": (mp.cos, [(-10, 10, 60), (-1e5, 1e5, 40), (1e5, 1e300, "log", 20), (1e-300, 1e-3, "log", 10)]),
    "atan": (mp.atan, [(-4, 4, 80), (1e-300, 1e300, "log", 40)]),
    "erf": (mp.erf, [(-6.5, 6.5, 90), (-1.1, 1.1, 40), (1e-300, 1e-3, "log", 15)]),
}


# Of src/elementary alone.
further = {
    "log2": (lambda x: mp.log(x, 2), [(1e-300, 1e300, "log", 40), (0.5, 2, 60)]),
    "tan": (mp.tan, [(-10, 10, 80), (-1e5, 1e5, 40), (1e5, 1e300, "log", 20), (1e-300, 1e-3, "log", 10)]),
    "asin": (mp.asin, [(-1, 1, 120), (1e-300, 1e-3, "log", 15)]),
    "acos": (mp.acos, [(-1, 1, 120), (0.999, 1, 20), (1e-300, 1e-3, "log", 15)]),
    "sinh": (mp.sinh, [(-710, 710, 50), (-3, 3, 80), (1e-300, 1e-3, "log", 15)]),
    "cosh": (mp.cosh, [(-710, 710, 50), (-3, 3, 80)]),
    "asinh": (mp.asinh, [(1e-300, 1e300, "log", 60), (-3, 3, 80)]),
    "acosh": (mp.acosh, [(1, 3, 80), (1, 1e300, "log", 60)]),
    "atanh": (mp.atanh, [(-1, 1, 120), (1e-300, 1e-3, "log", 15)]),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), [(1e-300, 1e300, "log", 80), (-10, 10, 40)]),
}


def powers(count):
    """Rows a, b, a^b rounded, what rounding left."""
    draw = random.Random(20261129)
    packed = b""
    while count > 0:
        a = float(mp.exp(draw.uniform(-40, 40)))
        b = draw.choice((draw.uniform(-3, 3), draw.uniform(-30, 30), float(draw.randint(-20, 20)), draw.uniform(-1e4, 1e4)))
        exact = mpf(a) ** mpf(b)
        if not mpf(2) ** -1020 < exact < mpf(2) ** 1020:
            continue
        near = float(exact)
        packed += struct.pack("<4d", a, b, near, float(exact - mpf(near)))
        count -= 1
    return base64.b64encode(packed).decode()


def fixture(functions, scale=1, last=""):
    """For each function triples x, f(x) rounded, what rounding left, as little-endian float64 in base64."""
    draw = random.Random(20260417)
    lines = ["{"]
    for place, (name, (f, ranges)) in enumerate(functions.items()):
        numbers = []
        for low, high, *rest in ranges:
            for _ in range(scale * rest[-1]):
                if rest[0] == "log":
                    x = float(mp.exp(draw.uniform(float(mp.log(low)), float(mp.log(high)))))
                    x = x if low >= 0 and name in ("log", "log1p", "log2", "acosh") else x * draw.choice((1, -1))
                else:
                    x = draw.uniform(low, high)
                numbers.append(x)
        if name in ("sin", "cos"):  # Closest to multiples of pi / 2.
            numbers += [float(k * mp.pi / 2) for k in (1, 2, 3, 4, 11, 355, 710, 103993, 51819)]
        packed = b""
        for x in numbers:
            exact = f(mpf(x))
            near = float(exact)
            packed += struct.pack("<3d", x, near, float(exact - mpf(near)) if abs(near) < 1e308 * 1.79 else 0.0)
        comma = "," if place < len(functions) - 1 or last else ""
        lines.append(f'  "{name}": "{base64.b64encode(packed).decode()}"{comma}')
    return "\n".join([*lines, *([last] if last else []), "}", ""])


if __name__ == "__main__":
    if "--fixture" in sys.argv:
        scale = int(sys.argv[sys.argv.index("--scale") + 1]) if "--scale" in sys.argv else 1
        target = sys.argv[sys.argv.index("--to") + 1] if "--to" in sys.argv else None
        path = Path(target) if target else root / "test/autodiff/float64/emit/maths.fixture.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fixture(functions, scale))
        own = root / "test/elementary/elementary.fixture.json"
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(fixture({**functions, **further}, scale, f'  "pow": "{powers(200)}"'))
    else:
        (root / "src/elementary/coefficients.ts").write_text(coefficient_file())
