import { cbrt } from "../elementary/index.ts";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { denseOf } from "../linalg/dense/dense.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import { linearMap } from "../linalg/makeLinearMap.ts";
import { norm } from "../linalg/vector.ts";
import { checkWritten } from "./checkWritten.ts";
import type { ConvexSet, Game, ParameterBlock, Problem } from "./problem.ts";

/** A field F in plain TypeScript: it reads the point and writes the field. It must not keep either array. */
export type PlainField = (point: Float64Array, field: Float64Array) => void;

/** The products J(z) v and J(z)^T u of a {@link PlainField}. */
export interface PlainJacobian {
  /** Function that computes out <- J(z) v. */
  readonly apply: (point: Float64Array, v: Float64Array, out: Float64Array) => void;
  /**
   * Function that computes out <- J(z)^T u. Default: `apply` if the field is symmetric; otherwise n products give the
   * columns of J once per point.
   */
  readonly applyTranspose?: (point: Float64Array, u: Float64Array, out: Float64Array) => void;
}

interface PlainFieldSpec {
  readonly name: string;
  readonly dimension: number;
  readonly field: PlainField;
  readonly jacobian?: PlainJacobian | undefined;
  readonly symmetric?: boolean | undefined;
  readonly constraint?: ConvexSet | undefined;
  readonly blocks?: readonly ParameterBlock[] | undefined;
  readonly game?: Game | undefined;
  readonly description?: JsonValue | undefined;
}

/**
 * Builds a problem without a potential from a field in plain TypeScript.
 *
 * Without a Jacobian, J v comes from the central difference (F(z + h v) - F(z - h v)) / 2h, where
 * h = eps^(1/3) max(1, ||z||) / ||v||. This costs two evaluations per product and gives about ten digits for smooth
 * fields of moderate size.
 */
export function plainField(spec: PlainFieldSpec): Problem {
  const { name, dimension: n, field, jacobian, symmetric = false, constraint, game, description } = spec;
  const check = (what: string, values: Float64Array): void => {
    if (values.length === n) return;
    throw failure("ERR_LENGTH", `${name}: expected ${n} numbers for the ${what}, got ${values.length}`);
  };
  let trusted = false;
  return {
    name,
    dimension: n,
    symmetric,
    evaluate(point, out) {
      check("point", point);
      check("field", out);
      if (!trusted) out.fill(Number.NaN);
      field(point, out);
      if (!trusted) checkWritten(name, out, (again) => field(point, again));
      trusted = true;
      return Number.NaN;
    },
    linearize(point) {
      check("point", point);
      return jacobianAt(n, symmetric, point.slice(), field, jacobian);
    },
    blocks: spec.blocks ?? [{ name: "z", shape: [n], offset: 0, size: n }],
    ...(constraint === undefined ? {} : { constraint }),
    ...(game === undefined ? {} : { game }),
    description: description ?? { problem: name, dimension: n },
  };
}

function jacobianAt(
  n: number,
  symmetric: boolean,
  z: Float64Array,
  field: PlainField,
  jacobian: PlainJacobian | undefined,
): LinearMap {
  const apply = jacobian === undefined ? differences(n, z, field) : bind(jacobian.apply, z);
  const transpose = jacobian?.applyTranspose;
  let dense: Float64Array | undefined;
  const map = linearMap({
    rows: n,
    columns: n,
    symmetric,
    apply,
    ...(transpose !== undefined && { applyTranspose: bind(transpose, z) }),
    ...(transpose === undefined &&
      !symmetric && {
        applyTranspose(u: Float64Array, out: Float64Array): void {
          dense ??= denseOf(map);
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let i = 0; i < n; i++) sum += dense[i * n + j]! * u[i]!;
            out[j] = sum;
          }
        },
      }),
  });
  return map;
}

function bind(f: PlainJacobian["apply"], z: Float64Array): (v: Float64Array, out: Float64Array) => void {
  return (v, out) => f(z, v, out);
}

function differences(n: number, z: Float64Array, field: PlainField): (v: Float64Array, out: Float64Array) => void {
  const step = cbrt(Number.EPSILON) * Math.max(1, norm(z));
  const at = new Float64Array(n);
  const below = new Float64Array(n);
  return (v, out) => {
    const length = norm(v);
    if (length === 0) {
      out.fill(0);
      return;
    }
    const h = step / length;
    for (let i = 0; i < n; i++) at[i] = z[i]! - h * v[i]!;
    field(at, below);
    for (let i = 0; i < n; i++) at[i] = z[i]! + h * v[i]!;
    field(at, out);
    for (let i = 0; i < n; i++) out[i] = (out[i]! - below[i]!) / (2 * h);
  };
}
