/** `certificates.json`: what was proved about points, with everything that an independent checker needs. */
import { existsSync } from "node:fs";
import { readOwnFile } from "../../arrow/checks/ownFiles.ts";
import { jsonSeal, sealedJson } from "../../arrow/checks/sealedJson.ts";
import { type Bounds, type Certificate, verdicts } from "../../certify/certificate.ts";
import { failure, isFluxionError } from "../../errors.ts";
import type { CertifiedProblem } from "../../experiments/threads/certifyEnds.ts";
import type { LossFormula } from "../../problems/networks/lossFormula.ts";
import { fromHex, toHex } from "./hexFloat.ts";

/** Name of the file in the directory of an experiment or a run. */
export const certificatesFileName = "certificates.json";

/** What a certificate states. Its basis and its combinations of generators are left out: a checker finds its own. */
type Statement = Omit<Certificate, "problem" | "proof" | "jacobians" | "products">;

/** A statement about the end of a run, or about a point of another program. */
export interface NamedStatement {
  /** Name of the run, or `point-3` for the third point of a file. */
  readonly name: string;
  /** Place of its problem among `problems`. */
  readonly problem: number;
  /** Point as it was given, if Newton's steps moved it. */
  readonly given?: Float64Array;
  readonly statement: Statement;
}

/** Content of `certificates.json`. */
interface CertificatesFile {
  /** Version of fluxion that made the certificates. */
  readonly version: string;
  readonly problems: readonly CertifiedProblem[];
  readonly certificates: readonly NamedStatement[];
}

/** Version of the format. */
const format = 1;
const kind = "fluxion certificates";

/** The text of the file. Numbers on which a proof rests are hexadecimal floats. */
export function certificatesText({ version: writer, problems, certificates }: CertificatesFile): string {
  return sealedJson({
    kind,
    format,
    writer: { name: "fluxion", version: writer },
    problems: problems.map(({ loss, ...problem }) => ({
      ...problem,
      ...(loss === undefined ? {} : { loss: plainLoss(loss) }),
    })),
    certificates: certificates.map(({ given, statement, ...named }) => ({
      ...named,
      ...(given === undefined ? {} : { given: hexList(given) }),
      ...plainStatement(statement),
    })),
  });
}

const hexList = (values: Float64Array): string[] => Array.from(values, toHex);
const hexOrNothing = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : toHex(value);

/** Members that are numbers of a proof; the others stand in the file as they are. */
const hexMembers = ["moved", "exists", "unique", "excluded"] as const;

function plainStatement(statement: Statement): object {
  const { loss, point } = statement;
  return {
    ...statement,
    point: hexList(point),
    ...Object.fromEntries(hexMembers.map((name) => [name, hexOrNothing(statement[name])])),
    loss: loss === undefined ? undefined : [toHex(loss.low), toHex(loss.high)],
  };
}

function plainLoss(loss: LossFormula): object {
  return Object.fromEntries(
    Object.entries(loss).map(([name, value]) => [
      name,
      value instanceof Float64Array ? hexList(value) : hexNumbers.has(name) ? toHex(value as number) : value,
    ]),
  );
}

/** Members of a loss that are float64 numbers; its other numbers are counts. */
const hexNumbers: ReadonlySet<string> = new Set(["divisor", "penalty"]);
/** Members of a loss that are lists of float64 numbers. */
const hexArrays: ReadonlySet<string> = new Set(["inputs", "targets"]);

/**
 * Reads the file.
 *
 * @param path path of the file
 * @throws {FluxionInputError} ERR_CERTIFICATES if it is missing, damaged, or not one that `fluxion certify` wrote;
 *   ERR_RUN_LINK for a symbolic link; ERR_READ if it cannot be read
 */
export function readCertificates(path: string): CertificatesFile {
  let text: string;
  try {
    text = readOwnFile(path).toString("utf8");
  } catch (error) {
    if (isFluxionError(error)) throw error;
    if (!existsSync(path)) {
      throw failure("ERR_CERTIFICATES", `there is no ${path}; fluxion certify makes it`, { cause: error });
    }
    throw failure("ERR_READ", `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  if (jsonSeal(text) === "damaged") {
    throw failure("ERR_CERTIFICATES", `${path} is damaged: its bytes do not match their checksum; make it again`);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw failure("ERR_CERTIFICATES", `${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return certificatesOf(path, data);
}

type Plain = Readonly<Record<string, unknown>>;
type Refuse = (where: string, expected: string) => Error;

function certificatesOf(path: string, data: unknown): CertificatesFile {
  const refuse: Refuse = (where, expected) =>
    failure("ERR_CERTIFICATES", `${path}: expected ${expected}${where === "" ? "" : ` in ${where}`}; make it again`);
  const file = objectOf(data, "", refuse);
  if (file.kind !== kind) throw refuse("", `the kind "${kind}", got ${JSON.stringify(file.kind)}`);
  if (file.format !== format) {
    throw refuse("", `format ${format}, which this version of fluxion reads, got ${JSON.stringify(file.format)}`);
  }
  const writer = objectOf(file.writer, "writer", refuse);
  if (typeof writer.version !== "string") throw refuse("writer", "a version");
  const problems = listOf(file.problems, "problems", refuse).map((entry, i) =>
    problemOf(objectOf(entry, `problems[${i}]`, refuse), `problems[${i}]`, refuse),
  );
  const certificates = listOf(file.certificates, "certificates", refuse).map((entry, i) =>
    namedOf(objectOf(entry, `certificates[${i}]`, refuse), `certificates[${i}]`, problems, refuse),
  );
  return { version: writer.version, problems, certificates };
}

function objectOf(value: unknown, where: string, refuse: Refuse): Plain {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse(where, "an object");
  return value as Plain;
}

function listOf(value: unknown, where: string, refuse: Refuse): readonly unknown[] {
  if (!Array.isArray(value)) throw refuse(where, "a list");
  return value;
}

function numberOf(value: unknown, where: string, refuse: Refuse): number {
  const number = typeof value === "string" ? fromHex(value) : undefined;
  if (number === undefined) throw refuse(where, `a hexadecimal float, got ${JSON.stringify(value)}`);
  return number;
}

function numbersOf(value: unknown, where: string, length: number | undefined, refuse: Refuse): Float64Array {
  const list = listOf(value, where, refuse);
  if (length !== undefined && list.length !== length) throw refuse(where, `${length} numbers, got ${list.length}`);
  const numbers = Float64Array.from(list, (entry, i) => numberOf(entry, `${where}[${i}]`, refuse));
  const bad = numbers.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) throw refuse(`${where}[${bad}]`, `a finite number, got ${numbers[bad]}`);
  return numbers;
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

function problemOf(plain: Plain, where: string, refuse: Refuse): CertifiedProblem {
  const { name, dimension } = plain;
  if (typeof name !== "string") throw refuse(where, "a name");
  if (!isCount(dimension) || dimension === 0) throw refuse(where, "a dimension");
  if (plain.loss === undefined) return plain as unknown as CertifiedProblem;
  const loss = objectOf(plain.loss, `${where}.loss`, refuse);
  if (loss.family !== "linear network" && loss.family !== "network") {
    throw refuse(`${where}.loss`, `a family of losses that it knows, got ${JSON.stringify(loss.family)}`);
  }
  const read = Object.entries(loss).map(([member, value]) => {
    const place = `${where}.loss.${member}`;
    if (hexNumbers.has(member)) return [member, numberOf(value, place, refuse)];
    if (hexArrays.has(member) && value !== "inputs") return [member, numbersOf(value, place, undefined, refuse)];
    return [member, value];
  });
  return { ...(plain as unknown as CertifiedProblem), loss: Object.fromEntries(read) as unknown as LossFormula };
}

function namedOf(plain: Plain, where: string, problems: readonly CertifiedProblem[], refuse: Refuse): NamedStatement {
  const { name, problem, given, point, loss, verdict, morseIndex, kernelDimension, ...rest } = plain;
  if (typeof name !== "string") throw refuse(where, "a name");
  const of = isCount(problem) ? problems[problem] : undefined;
  if (of === undefined) throw refuse(where, `the number of a problem, got ${JSON.stringify(problem)}`);
  if (!verdicts.some((known) => known === verdict)) {
    throw refuse(where, `a verdict (${verdicts.join("; ")}), got ${JSON.stringify(verdict)}`);
  }
  for (const [member, count] of Object.entries({ morseIndex, kernelDimension })) {
    if (count !== undefined && !isCount(count)) throw refuse(`${where}.${member}`, "a count");
  }
  for (const member of ["symmetry", "refuted", "assumptions"]) listOf(rest[member], `${where}.${member}`, refuse);
  const radii = hexMembers.map((member) => [
    member,
    rest[member] === undefined ? undefined : numberOf(rest[member], `${where}.${member}`, refuse),
  ]);
  const statement = {
    ...rest,
    ...Object.fromEntries(radii),
    verdict,
    morseIndex,
    kernelDimension,
    point: numbersOf(point, `${where}.point`, of.dimension, refuse),
    loss: loss === undefined ? undefined : boundsOf(loss, `${where}.loss`, refuse),
  };
  return {
    name,
    problem: problem as number,
    ...(given === undefined ? {} : { given: numbersOf(given, `${where}.given`, of.dimension, refuse) }),
    statement: statement as unknown as Statement,
  };
}

function boundsOf(value: unknown, where: string, refuse: Refuse): Bounds {
  const [low, high, ...more] = listOf(value, where, refuse).map((entry) => numberOf(entry, where, refuse));
  if (low === undefined || high === undefined || more.length > 0) throw refuse(where, "two bounds");
  return { low, high };
}
