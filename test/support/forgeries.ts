/** Ways to forge a certificate. Each changes the plain content of a file with one certificate in one place. */

import { fromHex, toHex } from "../../src/cli/certificates/hexFloat.ts";

/** The parts of a file that are forged, as plain JSON. */
interface PlainFile {
  readonly problems: { loss: { inputs: string[]; targets: string[] | "inputs"; divisor: string } }[];
  readonly certificates: PlainCertificate[];
}

interface PlainCertificate {
  name: string;
  problem: number;
  point: string[];
  exists?: string;
  unique: string;
  loss: [string, string];
  morseIndex: number;
  kernelDimension: number;
  symmetry: { name: string; generators: number }[];
}

type Forge = (certificate: PlainCertificate, file: PlainFile) => void;

const scaled = (text: string, factor: number): string => toHex(fromHex(text)! * factor);
const largest = (texts: readonly string[]): number =>
  texts.reduce((best, text, i) => (Math.abs(fromHex(text)!) > Math.abs(fromHex(texts[best]!)!) ? i : best), 0);

/** Forgeries that leave a false statement, whatever the certificate. */
const forgeries: Readonly<Record<string, Forge>> = {
  "a coordinate of the point is off by a thousandth": (c) => {
    const i = largest(c.point);
    c.point[i] = scaled(c.point[i]!, 1.001);
  },
  "the point is scaled": (c) => {
    c.point = c.point.map((x) => scaled(x, 1.01));
  },
  "a datum is off by a millionth": (_, { problems }) => {
    // A network whose weights are 0 does not see its inputs, but the biases still fit the targets.
    const { inputs, targets } = problems[0]!.loss;
    const data = targets === "inputs" ? inputs : targets;
    const i = largest(data);
    data[i] = scaled(data[i]!, 1 + 1e-6);
  },
  "the divisor of the loss is another": (_, { problems }) => {
    problems[0]!.loss.divisor = scaled(problems[0]!.loss.divisor, 1.5);
  },
  "the index is larger by one": (c) => {
    c.morseIndex += 1;
  },
  "the nullity is larger by one": (c) => {
    c.kernelDimension += 1;
  },
  "the bounds of the loss lie above it": (c) => {
    const [low, high] = c.loss.map((text) => fromHex(text)!) as [number, number];
    const width = Math.max(high - low, 1e-12 * Math.abs(high));
    c.loss = [toHex(high + width), toHex(high + 2 * width)];
  },
  "the zero is said to be nearer than it is": (c) => {
    c.exists = scaled(c.exists!, 2 ** -60);
  },
  "the zero is said to be the only one far and wide": (c) => {
    c.unique = toHex(1000);
  },
  "the symmetry is that of another loss": (c) => {
    c.symmetry = [{ ...c.symmetry[0]!, name: "gl(7) of the layer between elsewhere and nowhere", generators: 49 }];
    Object.assign(c.symmetry[0]!, { evidence: "proved", attacked: 0 });
  },
};

/** The forgeries of each zero in a file, each a file of its own with one problem and one certificate. */
export function forgedFiles(text: string): readonly PlainFile[] {
  const { certificates } = JSON.parse(text) as PlainFile;
  return certificates.flatMap(({ exists }, i) => (exists === undefined ? [] : forgedAt(text, i)));
}

function forgedAt(text: string, number: number): readonly PlainFile[] {
  return Object.entries(forgeries).flatMap(([name, forge]) => {
    const whole = JSON.parse(text) as PlainFile;
    const certificate = whole.certificates[number]!;
    const plain = { ...whole, problems: [whole.problems[certificate.problem]!], certificates: [certificate] };
    const before = JSON.stringify(plain);
    forge(certificate, plain);
    // A point that is itself a zero has no smaller distance from it, and the origin cannot be scaled.
    if (JSON.stringify(plain) === before || (certificate.exists !== undefined && fromHex(certificate.exists) === 0))
      return [];
    certificate.name = `${certificate.name}:${name}`.replaceAll(" ", "-");
    return [plain];
  });
}

/** One file with the certificates of several, since a program takes longer to start than to check one. */
export function joined(files: readonly PlainFile[]): string {
  return JSON.stringify({
    ...files[0],
    problems: files.map(({ problems }) => problems[0]),
    certificates: files.map(({ certificates }, problem) => ({ ...certificates[0], problem })),
  });
}
