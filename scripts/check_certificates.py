#!/usr/bin/env python3
"""
Checks certificates.json, the file of `fluxion certify`, with another program's arithmetic.

    python3 scripts/check_certificates.py runs/dlae-1/certificates.json

It shares no line with fluxion. The loss is rebuilt from the formula and the data in the file; gradient and Hessian are
written out by hand; all numbers are balls of python-flint (https://python-flint.readthedocs.io, Arb), at 192 bits. For
each certificate it finds the zero itself, to about 40 digits, and compares what is claimed with what it finds.

  confirmed      every statement of the certificate was proved again
  refuted        a statement of it was proved to be false, or contradicts another one or the formula of the loss
  not confirmed  neither was possible, and the line says why
  no claim       the certificate is `undecided`, so there is nothing to check

Exit codes: 0 if nothing is refuted or not confirmed, 1 otherwise, 2 for a file that cannot be read.

The mathematics. z is the point, g the gradient, H the Hessian. A symmetry has generators xi with <xi(x), g(x)> = 0 for
all x. T(x) are m of them, V is the orthogonal complement of the span of T(z), and P is the projection on V.
 1. Newton's steps in z + V lead to x. With A close to the inverse of P H P on V, x' -> x' - A P g(x') maps a tiny ball
    around x into itself and contracts: P g has one zero x* in it.
 2. T(z)^T T(x*) is regular, so V and T(x*) span R^n, and g(x*) = 0. Then H(x*) T(x*) = 0.
 3. M = P H(x*) P + t (1 - P), t > 0: an L D L^T factorisation in balls counts its negative pivots. They are the index
    of H(x*), and its kernel has dimension m.
 4. Uniqueness in the ball of radius r of z + V: a second zero x2 would give 0 = A P (g(x2) - g(x*)), so the mean of
    ||1 - A P H P|| along the segment would be at least 1. Means over parts of it prove that it is not.
 5. No zero within r of z: w.g(x) >= w.g(z) - r mean sup ||H w|| > 0 with w = g(z) / ||g(z)||.
"""
import json
import re
import sys

try:
    from flint import arb, arb_mat, ctx
except ImportError:
    sys.stderr.write("check_certificates: python-flint is missing; install it: python3 -m pip install python-flint\n")
    sys.exit(2)

ctx.prec = 192
TINY = arb(2) ** -100


class BadFile(Exception):
    pass


class Refuted(Exception):
    pass


class NotConfirmed(Exception):
    pass


# Numbers and matrices


def number(text, where):
    try:
        return arb(float.fromhex(text))
    except (TypeError, ValueError, OverflowError):
        raise BadFile(f"expected a hexadecimal float in {where}, got {text!r}")


def numbers(texts, where, count=None):
    if not isinstance(texts, list):
        raise BadFile(f"expected a list of numbers in {where}")
    if count is not None and len(texts) != count:
        raise BadFile(f"expected {count} numbers in {where}, got {len(texts)}")
    read = [number(text, where) for text in texts]
    if not all(x.is_finite() for x in read):
        raise BadFile(f"expected finite numbers in {where}")
    return read


def upper(x):
    """The upper end of a ball, as an exact number."""
    return arb(x).upper()


def short(x):
    return arb(x).str(4, radius=False)


def norm_of(vector):
    # x * x of a ball around 0 reaches below 0, where there is no root.
    most = sum((x.abs_upper() ** 2 for x in vector), arb(0)).sqrt()
    least = sum((x.abs_lower() ** 2 for x in vector), arb(0))
    return arb(0).union(most) if least.lower() <= 0 else least.sqrt().union(most)


def column(vector):
    return arb_mat(len(vector), 1, vector)


def identity(n):
    return arb_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])


def mid(matrix):
    return matrix.mid()


def spectral_bound(matrix):
    """
    An upper bound of ||B||_2 for a matrix with entries of absolute value at most those given, by Collatz and Wielandt:
    ||B||_2^2 <= max_i (B^T B x)_i / x_i for any x > 0.
    """
    rows, columns = matrix.nrows(), matrix.ncols()
    b = arb_mat(rows, columns, [e.abs_upper() for e in matrix.entries()])
    total = sum((e for e in b.entries()), arb(0))
    if not total.is_finite():
        return arb("inf")
    if total == 0:
        return arb(0)
    transposed = b.transpose()
    floor = arb(2) ** -40
    x = arb_mat(columns, 1, [1] * columns)
    best = None
    for _ in range(12):
        w = (transposed * (b * x)).entries()
        bound = max((upper(w[i] / x[i, 0]) for i in range(columns)), key=float_of)
        best = bound if best is None or bound < best else best
        largest = max((e.abs_upper() for e in w), key=float_of)
        if largest == 0:
            break
        x = arb_mat(columns, 1, [(e / largest + floor).mid() for e in w])
    return upper(best.sqrt())


def float_of(x):
    return float(x.mid())


# Losses. Points are lists of balls.


def activation(name):
    """The derivatives f, f', f'' of an activation at a ball; None for the identity."""
    if name == "linear":
        return None
    if name == "tanh":

        def tanh(z):
            t = z.tanh()
            s = 1 - t * t
            return t, s, -2 * t * s

        return tanh
    if name == "sigmoid":

        def sigmoid(z):
            f = 1 / (1 + (-z).exp())
            s = f * (1 - f)
            return f, s, s * (1 - 2 * f)

        return sigmoid
    if name == "swish":

        def swish(z):
            f = 1 / (1 + (-z).exp())
            s = f * (1 - f)
            return z * f, f + z * s, s * (2 + z * (1 - 2 * f))

        return swish
    raise NotConfirmed(f"the checker does not know the activation {name!r}")


def product(a, b):
    """The product entry by entry; None stands for a matrix of ones."""
    if a is None:
        return b
    if b is None:
        return a
    return arb_mat(a.nrows(), a.ncols(), [x * y for x, y in zip(a.entries(), b.entries())])


def column_sums(matrix):
    ones = arb_mat(1, matrix.nrows(), [1] * matrix.nrows())
    return (ones * matrix).entries()


class Loss:
    """
    ||Y - A_L||^2 / divisor + penalty sum theta^2 with A_l = f_l(A_(l-1) W_l + 1 b_l^T), its gradient, and products with
    its Hessian. A linear network is the case without f, b and penalty whose point holds the transposed W_l.
    """

    def __init__(self, plain, dimension):
        self.family = plain.get("family")
        if self.family not in ("linear network", "network"):
            raise NotConfirmed("the file does not hold the formula of the loss")
        self.linear = self.family == "linear network"
        widths = plain.get("widths")
        if not isinstance(widths, list) or len(widths) < 2 or not all(isinstance(w, int) and w > 0 for w in widths):
            raise BadFile("expected at least two positive widths in the loss")
        self.widths = widths
        depth = len(widths) - 1
        self.depth = depth
        self.biases = bool(plain.get("biases", False)) and not self.linear
        names = ["linear"] * depth if self.linear else plain.get("activations", [])
        if len(names) != depth:
            raise BadFile(f"expected {depth} activations in the loss, got {len(names)}")
        self.names = names
        self.functions = [activation(name) for name in names]
        self.blocks = plain.get("blocks", [])
        sizes = [a * b + (b if self.biases else 0) for a, b in zip(widths, widths[1:])]
        self.n = sum(sizes)
        if self.n != dimension:
            raise BadFile(f"expected a dimension of {self.n} for widths {widths}, got {dimension}")
        data = plain.get("inputs")
        if not isinstance(data, list) or len(data) == 0 or len(data) % widths[0] != 0:
            raise BadFile(f"expected whole samples of {widths[0]} inputs in the loss")
        self.samples = len(data) // widths[0]
        self.x = arb_mat(self.samples, widths[0], numbers(data, "inputs"))
        targets = plain.get("targets")
        if targets == "inputs":
            if widths[0] != widths[-1]:
                raise BadFile("expected targets in the loss: it is not an autoencoder")
            self.y = self.x
        else:
            self.y = arb_mat(self.samples, widths[-1], numbers(targets, "targets", self.samples * widths[-1]))
        divisor = number(plain.get("divisor"), "divisor")
        if not divisor > 0:
            raise BadFile("expected a positive divisor in the loss")
        self.scale = 1 / divisor
        self.penalty = arb(0) if self.linear else number(plain.get("penalty"), "penalty")
        self.penalized = plain.get("penalized", "all")

    def unpack(self, point):
        """The matrices W_l, inputs x outputs, and the vectors b_l."""
        weights, biases, at = [], [], 0
        for a, b in zip(self.widths, self.widths[1:]):
            part = point[at : at + a * b]
            weights.append(arb_mat(b, a, part).transpose() if self.linear else arb_mat(a, b, part))
            at += a * b
            if self.biases:
                biases.append(point[at : at + b])
                at += b
        return weights, biases

    def pack(self, weights, biases):
        packed = []
        for l in range(self.depth):
            packed += (weights[l].transpose() if self.linear else weights[l]).entries()
            if self.biases:
                packed += biases[l]
        return packed

    def penalty_weights(self):
        if self.penalized == "all" or not self.biases:
            return [self.penalty] * self.n
        weights = []
        for a, b in zip(self.widths, self.widths[1:]):
            weights += [self.penalty] * (a * b) + [arb(0)] * b
        return weights

    def shifted(self, matrix, bias):
        return matrix + arb_mat(matrix.nrows(), len(bias), list(bias) * matrix.nrows())

    def at(self, point):
        """Everything at a point that does not depend on a direction."""
        weights, biases = self.unpack(point)
        signals, first, second = [self.x], [], []
        for l in range(self.depth):
            z = signals[-1] * weights[l]
            if self.biases:
                z = self.shifted(z, biases[l])
            f = self.functions[l]
            if f is None:
                signals.append(z)
                first.append(None)
                second.append(None)
                continue
            parts = [f(e) for e in z.entries()]
            r, c = z.nrows(), z.ncols()
            signals.append(arb_mat(r, c, [p[0] for p in parts]))
            first.append(arb_mat(r, c, [p[1] for p in parts]))
            second.append(arb_mat(r, c, [p[2] for p in parts]))
        error = signals[-1] - self.y
        before, deltas = [None] * self.depth, [None] * self.depth
        signal = error * (2 * self.scale)
        for l in reversed(range(self.depth)):
            before[l] = signal
            deltas[l] = product(first[l], signal)
            if l > 0:
                signal = deltas[l] * weights[l].transpose()
        return weights, signals, first, second, error, before, deltas

    def value(self, point):
        error = self.at(point)[4]
        squares = sum((e * e for e in error.entries()), arb(0)) * self.scale
        return squares + sum((c * x * x for c, x in zip(self.penalty_weights(), point)), arb(0))

    def gradient(self, point, known=None):
        _, signals, _, _, _, _, deltas = known or self.at(point)
        weights = [signals[l].transpose() * deltas[l] for l in range(self.depth)]
        biases = [column_sums(delta) for delta in deltas] if self.biases else []
        packed = self.pack(weights, biases)
        return [g + 2 * c * x for g, c, x in zip(packed, self.penalty_weights(), point)]

    def product(self, point, direction, known):
        """H v: the derivative of each step of the gradient along v."""
        weights, signals, first, second, _, before, deltas = known
        v, vb = self.unpack(direction)
        moved = [None]
        moved_z = []
        for l in range(self.depth):
            dz = signals[l] * v[l]
            if moved[l] is not None:
                dz = dz + moved[l] * weights[l]
            if self.biases:
                dz = self.shifted(dz, vb[l])
            moved_z.append(dz)
            moved.append(product(first[l], dz))
        out_w, out_b = [None] * self.depth, [None] * self.depth
        signal = moved[-1] * (2 * self.scale)
        for l in reversed(range(self.depth)):
            delta = product(first[l], signal)
            if second[l] is not None:
                delta = delta + product(product(second[l], before[l]), moved_z[l])
            out_w[l] = signals[l].transpose() * delta
            if moved[l] is not None:
                out_w[l] = out_w[l] + moved[l].transpose() * deltas[l]
            if self.biases:
                out_b[l] = column_sums(delta)
            if l > 0:
                signal = delta * weights[l].transpose() + deltas[l] * v[l].transpose()
        packed = self.pack(out_w, out_b)
        return [h + 2 * c * d for h, c, d in zip(packed, self.penalty_weights(), direction)]

    def hessian(self, point):
        known = self.at(point)
        rows = []
        for i in range(self.n):
            direction = [arb(0)] * self.n
            direction[i] = arb(1)
            rows.append(self.product(point, direction, known))
        # H is symmetric, so both enclosures of an entry hold.
        entries = []
        for i in range(self.n):
            for j in range(self.n):
                a, b = rows[i][j], rows[j][i]
                entries.append(a if a.rad() <= b.rad() else b)
        return arb_mat(self.n, self.n, entries)

    def symmetries(self):
        """
        Names of the continuous symmetries of the formula, with the number of their generators. W_l -> C W_l and
        W_(l+1) -> W_(l+1) C^-1 leave the product of the layers as it is: gl(width) between two linear layers.
        """
        if not self.linear:
            return {}
        return {
            f"gl({self.widths[l]}) of the layer between {self.blocks[l - 1]} and {self.blocks[l]}": self.widths[l] ** 2
            for l in range(1, self.depth)
        }

    def tangents(self, point):
        """The generators of all symmetries at a point: dW_l = E W_l, dW_(l+1) = -W_(l+1) E for E = e_i e_j^T."""
        if not self.linear:
            return []
        places, at = [], 0
        for a, b in zip(self.widths, self.widths[1:]):
            places.append(at)
            at += a * b
        found = []
        for l in range(1, self.depth):
            inner, before, after = self.widths[l], self.widths[l - 1], self.widths[l + 1]
            for i in range(inner):
                for j in range(inner):
                    xi = [arb(0)] * self.n
                    for c in range(before):
                        xi[places[l - 1] + i * before + c] = point[places[l - 1] + j * before + c]
                    for r in range(after):
                        xi[places[l] + r * inner + j] = -point[places[l] + r * inner + i]
                    found.append(xi)
        return found

    def images(self, point):
        """Points at which the loss is the same: hidden units change places, units of an odd activation their sign."""
        if self.linear:
            return
        starts, at = [], 0
        for a, b in zip(self.widths, self.widths[1:]):
            starts.append(at)
            at += a * b + (b if self.biases else 0)
        for l in range(self.depth - 1):
            a, b, c = self.widths[l], self.widths[l + 1], self.widths[l + 2]
            # Places of the incoming and the outgoing numbers of each unit of the layer.
            incoming = [
                [starts[l] + r * b + u for r in range(a)] + ([starts[l] + a * b + u] if self.biases else [])
                for u in range(b)
            ]
            outgoing = [[starts[l + 1] + u * c + r for r in range(c)] for u in range(b)]
            for u in range(b):
                if self.names[l] == "tanh":
                    other = list(point)
                    for k in incoming[u] + outgoing[u]:
                        other[k] = -point[k]
                    yield other
                for w in range(u):
                    other = list(point)
                    for k, k2 in zip(incoming[u] + outgoing[u], incoming[w] + outgoing[w]):
                        other[k], other[k2] = point[k2], point[k]
                    yield other


# Linear algebra with proofs


def inertia(matrix):
    """
    The number of negative eigenvalues of a regular symmetric matrix of balls, by L D L^T with pivots of one or two
    rows. None if a pivot cannot be told from zero.
    """
    n = matrix.nrows()
    largest = max((e.abs_upper() for e in matrix.entries()), key=float_of, default=arb(1))
    if not largest.is_finite() or largest == 0:
        return None
    a = [[matrix[i, j] / largest for j in range(n)] for i in range(n)]
    left = list(range(n))
    negative = 0
    while left:
        p = max(left, key=lambda i: abs(float(a[i][i].mid())))
        rest = [i for i in left if i != p]
        q = max(rest, key=lambda i: abs(float(a[i][p].mid())), default=None)
        if q is None or abs(float(a[p][p].mid())) >= 0.64 * abs(float(a[q][p].mid())):
            d = a[p][p]
            if not (d > 0 or d < 0):
                return None
            negative += int(d < 0)
            left = rest
            row = a[p]
            factors = [(i, a[i][p] / d) for i in left]
            for i, f in factors:
                if f == 0:
                    continue
                ai = a[i]
                for j in left:
                    if j <= i:
                        value = ai[j] - f * row[j]
                        ai[j] = value
                        a[j][i] = value
        else:
            d, e, f = a[p][p], a[q][p], a[q][q]
            determinant = d * f - e * e
            if determinant < 0:
                negative += 1
            elif determinant > 0 and (d > 0 or d < 0):
                negative += 2 * int(d < 0)
            else:
                return None
            left = [i for i in rest if i != q]
            rp, rq = a[p], a[q]
            factors = [
                (i, (f * a[i][p] - e * a[i][q]) / determinant, (d * a[i][q] - e * a[i][p]) / determinant) for i in left
            ]
            for i, fp, fq in factors:
                ai = a[i]
                for j in left:
                    if j <= i:
                        value = ai[j] - fp * rp[j] - fq * rq[j]
                        ai[j] = value
                        a[j][i] = value
    return negative


def independent(rows, most=None, tolerance=1e-7):
    """
    Rows that are independent, by orthogonalisation of the longest remaining one: at most so many, or those beyond the
    tolerance. Whether they are is proved later.
    """
    work = [[x.mid() for x in row] for row in rows]
    squares = [float(sum((x * x for x in row), arb(0)).mid()) for row in work]
    largest = max(squares, default=0.0)
    chosen = []
    least = tolerance**2 * largest if most is None else 0.0
    while squares and len(chosen) != most:
        k = max(range(len(work)), key=lambda i: squares[i])
        if squares[k] <= least:
            break
        chosen.append(rows[k])
        pivot, size = work[k], sum((x * x for x in work[k]), arb(0)).mid()
        for i, row in enumerate(work):
            if squares[i] == 0.0 or i == k:
                continue
            f = (sum((x * y for x, y in zip(row, pivot)), arb(0)) / size).mid()
            work[i] = [(x - f * y).mid() for x, y in zip(row, pivot)]
            squares[i] = float(sum((x * x for x in work[i]), arb(0)).mid())
        squares[k] = 0.0
    return chosen


class Slice:
    """The affine space z + V, V orthogonal to the tangents of the symmetry at z."""

    def __init__(self, loss, z, most=None):
        self.loss, self.z = loss, z
        n = loss.n
        rows = loss.tangents(z)
        chosen = independent(rows, most)
        self.places = [next(i for i, row in enumerate(rows) if row is one) for one in chosen]
        self.m = len(chosen)
        one = identity(n)
        if self.m == 0:
            self.t, self.p = None, one
            return
        self.t = arb_mat(n, self.m, [chosen[j][i] for i in range(n) for j in range(self.m)])
        gram = self.t.transpose() * self.t
        self.p = one - self.t * gram.inv() * self.t.transpose()

    def project(self, vector):
        return vector if self.m == 0 else (self.p * column(vector)).entries()

    def restricted(self, hessian):
        """P H P + t (1 - P), whose inverse is that of H on V."""
        if self.m == 0:
            return hessian
        size = max((e.abs_upper() for e in hessian.entries()), key=float_of).mid()
        return self.p * hessian * self.p + (identity(self.loss.n) - self.p) * size

    def spans_with(self, box):
        """Whether V and the tangents at each point of a box span R^n."""
        if self.m == 0:
            return True
        rows = self.loss.tangents(box)
        there = arb_mat(
            self.loss.n, self.m, [rows[place][i] for i in range(self.loss.n) for place in self.places]
        )
        try:
            (self.t.transpose() * there).inv()
        except ZeroDivisionError:
            return False
        return True


def box_around(x, radius):
    r = upper(radius)
    return [arb(e.mid(), r + e.rad()) for e in x]


class Zero:
    """A zero x* of P g in a slice, enclosed: it lies within `radius` of `x`, and A inverts P H P there."""

    def __init__(self, slice_, x, radius, inverse, hessian):
        self.slice, self.x, self.radius, self.inverse, self.hessian = slice_, x, radius, inverse, hessian
        self.box = box_around(x, radius)

    def defect(self, radius):
        """An upper bound of sup ||P - A P H P|| on the ball of this radius around x."""
        return defect_of(self.slice, self.inverse, self.hessian, self.box, radius)


def inverse_at(slice_, hessian):
    try:
        return mid(mid(slice_.restricted(mid(hessian))).inv())
    except ZeroDivisionError:
        return None


def defect_of(slice_, inverse, hessian, x, radius):
    loss = slice_.loss
    p = slice_.p
    rest = p - p * inverse * p * hessian * p
    base = spectral_bound(rest)
    if radius == 0:
        return base
    there = loss.hessian(box_around(x, radius))
    change = arb_mat(loss.n, loss.n, [e.abs_upper() for e in (there - hessian).entries()])
    size = arb_mat(loss.n, loss.n, [e.abs_upper() for e in (p * inverse * p).entries()])
    return upper(base + spectral_bound(size * change))


def find_zero(slice_, start, steps=40):
    """Newton's steps in the slice, then a proof that P g has a zero next to where they end. None without one."""
    loss = slice_.loss
    x = [a + b for a, b in zip(slice_.z, slice_.project([s - a for s, a in zip(start, slice_.z)]))]
    scale = float_of(norm_of(x)) + float_of(norm_of(slice_.z)) + 1e-300
    last = None
    for _ in range(steps):
        known = loss.at([e.mid() for e in x])
        g = slice_.project(loss.gradient([e.mid() for e in x], known))
        hessian = loss.hessian([e.mid() for e in x])
        inverse = inverse_at(slice_, hessian)
        if inverse is None:
            return None
        step = slice_.project((inverse * column([e.mid() for e in g])).entries())
        length = float_of(norm_of(step))
        if not length < 1e3 * scale:
            return None
        x = [a - b.mid() for a, b in zip(x, step)]
        # Back into the slice, exactly up to the radii of its projection.
        x = [a + b for a, b in zip(slice_.z, slice_.project([s.mid() - a for s, a in zip(x, slice_.z)]))]
        if length <= 2.0**-130 * scale or (last is not None and length >= last and length < 1e-30 * scale):
            break
        last = length
    else:
        return None
    hessian = loss.hessian(x)
    inverse = inverse_at(slice_, hessian)
    if inverse is None:
        return None
    step = slice_.project((inverse * column(slice_.project(loss.gradient(x)))).entries())
    y = upper(norm_of(step))
    radius = arb(0) if y == 0 else upper(4 * y + TINY * arb(scale))
    z = defect_of(slice_, inverse, hessian, x, radius)
    if not (z < 1 and y + z * radius <= radius):
        return None
    return Zero(slice_, x, radius, inverse, hessian)


def mean_defect(zero, radius, parts):
    """An upper bound of the mean of ||P - A P H P|| along any segment of length `radius` from x*."""
    total = arb(0)
    for k in range(1, parts + 1):
        total += zero.defect(upper(radius * k / parts + zero.radius))
        if not total < parts:
            return None
    return total / parts


def excludes(loss, z, radius):
    """Whether it is proved that no zero of g lies within `radius` of z."""
    g = loss.gradient(z)
    w = [e.mid() for e in g]
    length = norm_of(w)
    if not length > 0:
        return False
    w = [(e / length).mid() for e in w]
    low = sum((a * b for a, b in zip(w, g)), arb(0))
    for parts in (1, 8, 24):
        total = arb(0)
        for k in range(1, parts + 1):
            box = box_around(z, upper(radius * k / parts))
            known = loss.at(box)
            total += upper(norm_of([arb(e.abs_upper()) for e in loss.product(box, w, known)]))
            if not total.is_finite():
                break
        if total.is_finite() and low - radius * total / parts > 0:
            return True
    return False


# Certificates


def radius_of(certificate, member):
    text = certificate.get(member)
    if text is None:
        raise Refuted(f"it claims a zero without {member!r}")
    r = number(text, member)
    if not r.is_finite() or r < 0:
        raise Refuted(f"{member} is {text}, which is not a radius")
    return r


def count_of(certificate, member):
    value = certificate.get(member)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Refuted(f"it claims a zero without a count {member!r}")
    return value


def check_symmetry(loss, certificate, kernel):
    known = loss.symmetries()
    used = certificate.get("symmetry", [])
    strange = False
    for entry in used:
        name, evidence, generators = entry.get("name"), entry.get("evidence"), entry.get("generators")
        if name in known:
            if not isinstance(generators, int) or generators < 0 or generators > known[name]:
                raise Refuted(f"it uses {generators} generators of {name}, which has {known[name]}")
        elif evidence == "proved":
            there = ", ".join(known) or "none"
            raise Refuted(f"the loss has no symmetry {name!r}; those of its formula: {there}")
        else:
            strange = True
    if len({entry.get("name") for entry in used}) != len(used):
        raise Refuted("it names a symmetry twice")
    if not strange and kernel > sum(entry.get("generators", 0) for entry in used):
        raise Refuted(f"it claims a kernel of dimension {kernel}, but its symmetries do not have as many generators")
    return strange


def check_moved(certificate, point):
    if "given" not in certificate:
        return
    given = numbers(certificate["given"], "given", len(point))
    moved = number(certificate.get("moved"), "moved")
    if norm_of([a - b for a, b in zip(point, given)]) > moved:
        raise Refuted("the point is farther from the given one than `moved` says")


def check_zero(loss, certificate, point):
    exists, unique = radius_of(certificate, "exists"), radius_of(certificate, "unique")
    index, kernel = count_of(certificate, "morseIndex"), count_of(certificate, "kernelDimension")
    bounds = certificate.get("loss")
    if not isinstance(bounds, list) or len(bounds) != 2:
        raise Refuted("it claims a zero without bounds of the loss")
    low, high = (number(text, "loss") for text in bounds)
    if exists > unique:
        raise Refuted("the zero is said to exist in a larger ball than that in which it is unique")
    strange = check_symmetry(loss, certificate, kernel)
    # With as many tangents as the claimed kernel has dimensions; else with as many as there seem to be.
    for most in (kernel, None):
        proof = prove(loss, point, most)
        if not isinstance(proof, str):
            break
    distance = None
    if not isinstance(proof, str):
        slice_, zero, found = proof
        distance = norm_of([a - b for a, b in zip(zero.box, point)])
    if distance is None or not distance <= exists:
        if excludes(loss, point, exists):
            raise Refuted(f"no zero lies within {short(exists)} of the point")
        if distance is None:
            raise NotConfirmed(proof)
        raise NotConfirmed(f"the zero of the slice is {short(distance)} away, and others may be nearer")
    if slice_.m != kernel:
        raise Refuted(f"the kernel at the zero has dimension {slice_.m}, not {kernel}")
    if found != index:
        raise Refuted(f"the Morse index of the zero is {found}, not {index}")
    value = loss.value(zero.box)
    if value < low or value > high:
        raise Refuted(f"the loss at the zero is {value.str(17, radius=False)}, outside the bounds")
    if not (low <= value and value <= high):
        raise NotConfirmed("the loss at the zero reaches the bounds")
    reach = upper(unique + distance)
    mean = None
    for parts in (1, 4, 12):
        mean = mean_defect(zero, reach, parts)
        if mean is not None:
            break
    if mean is None:
        other = second_zero(zero, point, unique)
        if other is not None:
            raise Refuted(f"another zero lies {short(other)} from the point, within `unique`")
        raise NotConfirmed(f"uniqueness within {short(unique)} cannot be proved")
    given = " without the symmetry that it takes for granted" if strange else ""
    return f"zero within {short(distance)}, index {found}, kernel {slice_.m}, loss {value.str(12, radius=False)}{given}"


def prove(loss, point, most):
    """A slice, the zero in it and its index; or why there is no proof of it."""
    try:
        slice_ = Slice(loss, point, most)
    except ZeroDivisionError:
        return "the generators at the point may be dependent"
    if most is not None and slice_.m != most:
        return "the symmetries have too few generators at the point"
    zero = find_zero(slice_, point)
    if zero is None:
        return "Newton's steps from the point do not lead to a zero"
    if not slice_.spans_with(zero.box):
        return "the tangents at the zero and the slice may not span the space"
    found = inertia(slice_.restricted(loss.hessian(zero.box)))
    if found is None:
        return "an eigenvalue of the Hessian on the slice cannot be told from 0"
    return slice_, zero, found


def second_zero(zero, point, radius):
    """The distance of a second zero of P g from the point, if it lies within the radius; None if none is found."""
    slice_, loss = zero.slice, zero.slice.loss
    size = float_of(norm_of(point))
    reach = min(float_of(radius), 2 * size if size > 0.1 else 2.0)
    starts = list(loss.images([e.mid() for e in zero.x])) if slice_.m == 0 else []
    starts.append([arb(0)] * loss.n)
    # Directions that repeat: the same numbers on every machine.
    state = 12345
    tries = max(2, min(40, 6000 // loss.n**2))
    for k in range(tries):
        direction = []
        for _ in range(loss.n):
            state = (1103515245 * state + 12345) % 2**31
            direction.append(state / 2**30 - 1)
        length = sum(d * d for d in direction) ** 0.5
        share = reach * (1 + k % 4) / (4 * length)
        starts.append([e.mid() + arb(share * d) for e, d in zip(zero.x, direction)])
    descents = 0
    for start in starts:
        other = find_zero(slice_, start)
        if other is None and slice_.m == 0 and descents < 4:
            # Every other zero may lie on an orbit, and Newton's steps to it need a slice across that one.
            descents += 1
            below = descended(loss, start)
            across = Slice(loss, below)
            other = find_zero(across, below)
            if other is not None and not across.spans_with(other.box):
                other = None
        if other is None:
            continue
        apart = norm_of([a - b for a, b in zip(other.box, zero.box)])
        distance = norm_of([a - b for a, b in zip(other.box, point)])
        if apart > 0 and distance <= radius:
            return distance
    return None


def descended(loss, start, steps=400):
    """A point below another one, next to a minimum, by steps along the gradient that grow while they succeed."""
    x = [e.mid() for e in start]
    value, length = loss.value(x).mid(), arb(1)
    for _ in range(steps):
        g = [e.mid() for e in loss.gradient(x)]
        for _ in range(60):
            other = [(a - length * b).mid() for a, b in zip(x, g)]
            there = loss.value(other).mid()
            if there < value:
                break
            length = length / 2
        else:
            break
        x, value, length = other, there, 2 * length
    return x


def check_excluded(loss, certificate, point):
    around = numbers(certificate["given"], "given", len(point)) if "given" in certificate else point
    radius = number(certificate["excluded"], "excluded")
    if not radius.is_finite() or radius < 0:
        raise Refuted(f"excluded is {certificate['excluded']}, which is not a radius")
    if radius == 0:
        return "nothing is excluded"
    if excludes(loss, around, radius):
        return f"no zero within {short(radius)}"
    slice_ = Slice(loss, around)
    zero = find_zero(slice_, around)
    if zero is not None and slice_.spans_with(zero.box):
        distance = norm_of([a - b for a, b in zip(zero.box, around)])
        if distance <= radius:
            raise Refuted(f"a zero lies {short(distance)} from the point")
    raise NotConfirmed(f"that no zero lies within {short(radius)} cannot be proved")


def check(certificate, problems):
    """The outcome of one certificate, and the reason."""
    where = certificate.get("problem")
    if not isinstance(where, int) or not 0 <= where < len(problems):
        raise BadFile(f"expected the number of a problem, got {where!r}")
    verdict = certificate.get("verdict")
    if verdict == "undecided" and certificate.get("excluded") is None:
        return "no claim", str(certificate.get("because", ""))
    try:
        plain = problems[where]
        loss = plain["built"] = plain.get("built") or Loss(plain.get("loss") or {}, plain.get("dimension"))
        point = numbers(certificate.get("point"), "point", loss.n)
        check_moved(certificate, point)
        said = []
        if verdict in ("zero", "zero, given the symmetry"):
            said.append(check_zero(loss, certificate, point))
        elif verdict not in ("no zero", "undecided"):
            raise BadFile(f"expected a verdict, got {verdict!r}")
        if certificate.get("excluded") is not None:
            said.append(check_excluded(loss, certificate, point))
        elif verdict == "no zero":
            raise Refuted("it claims that there is no zero without a radius")
        return "confirmed", "; ".join(said)
    except Refuted as why:
        return "refuted", str(why)
    except NotConfirmed as why:
        return "not confirmed", str(why)


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except (OSError, ValueError) as error:
        raise BadFile(f"cannot be read: {error}")
    if not isinstance(content, dict) or content.get("kind") != "fluxion certificates":
        raise BadFile("it is not a file of fluxion certify")
    if content.get("format") != 1:
        raise BadFile(f"it has format {content.get('format')!r}, and this checker reads format 1")
    for member in ("problems", "certificates"):
        entries = content.get(member)
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise BadFile(f"expected a list of objects in {member!r}")
    return content


def main(paths):
    if not paths or any(re.match(r"-", path) for path in paths):
        print((__doc__ or "").strip())
        return 0 if paths and paths[0] in ("-h", "--help") else 2
    worst = 0
    for path in paths:
        try:
            content = read(path)
            counts = {}
            for certificate in content["certificates"]:
                outcome, why = check(certificate, content["problems"])
                counts[outcome] = counts.get(outcome, 0) + 1
                print(f"{certificate.get('name')}: {outcome}: {why}", flush=True)
            print(f"{path}: " + (", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "empty"))
            if counts.get("refuted", 0) + counts.get("not confirmed", 0) > 0:
                worst = max(worst, 1)
        except BadFile as error:
            sys.stderr.write(f"check_certificates: {path}: {error}\n")
            worst = 2
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
