/** Certificates of runs that are served, for the page: those that `fluxion certify` has written, whenever it did. */
import { statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { crc32c, hex } from "../../arrow/checks/checksum.ts";
import { roundedDown } from "../../boundedNumber.ts";
import type { EndCertificate, EndCertificates } from "../../server/messages.ts";
import { messageOf } from "../complain.ts";
import { certificatesFileName, type NamedStatement, readCertificates } from "./certificatesFile.ts";
import { outcomeOf } from "./outcome.ts";

/** Milliseconds for which files are looked at before others get their turn. */
const share = 20;

interface CertificateShelf {
  /** Takes note of a run: its name on the page, and its directory. */
  place(name: string, directory: string): void;
  /** Reads the certificates of all these runs, as the files are now. */
  read(): Promise<EndCertificates>;
}

/** What is known of a file: its state when it was read, and what stood in it. */
interface ReadFile {
  readonly state: string;
  readonly content: ReadonlyMap<string, Omit<EndCertificate, "run">> | string;
}

/** Makes the shelf. A file is read again only after it has changed. */
export function certificateShelf(): CertificateShelf {
  const directories = new Map<string, string>();
  const files = new Map<string, ReadFile>();

  function fileAt(path: string): ReadFile["content"] | undefined {
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts === undefined) return undefined;
    const state = `${facts.mtimeMs} ${facts.size} ${facts.ino}`;
    const known = files.get(path);
    if (known?.state === state) return known.content;
    const content = contentOf(path);
    files.set(path, { state, content });
    return content;
  }
  return {
    place: (name, directory) => void directories.set(name, resolve(directory)),
    async read() {
      const ends: EndCertificate[] = [];
      const trouble = new Set<string>();
      // Thousands of runs stand in the directory of one experiment, whose file is looked at once.
      const seen = new Map<string, ReadFile["content"] | undefined>();
      const look = (path: string): ReadFile["content"] | undefined => {
        if (!seen.has(path)) seen.set(path, fileAt(path));
        return seen.get(path);
      };
      let turn = performance.now();
      for (const [run, directory] of directories) {
        if (performance.now() - turn > share) {
          await new Promise((resolve) => setImmediate(resolve));
          turn = performance.now();
        }
        // One run may have been certified alone, or with its experiment, or both, at different times.
        for (const place of [directory, dirname(directory)]) {
          const content = look(join(place, certificatesFileName));
          if (typeof content === "string") trouble.add(content);
          else {
            const found = content?.get(basename(directory));
            if (found !== undefined) ends.push({ run, ...found });
          }
        }
      }
      return { ends, trouble: [...trouble] };
    },
  };
}

/** The certificates in a file by the name of their runs; a text if it cannot be read. */
function contentOf(path: string): ReadFile["content"] {
  try {
    return new Map(readCertificates(path).certificates.map((named) => [named.name, endOf(named)]));
  } catch (error) {
    return messageOf(error);
  }
}

function endOf({ given, statement }: NamedStatement): Omit<EndCertificate, "run"> {
  const { because, verdict, excluded, morseIndex, point } = statement;
  const outcome = outcomeOf(statement);
  const end = given ?? point;
  const alone = verdict === "no zero" || outcome !== "none" || excluded === undefined;
  return {
    point: hex(crc32c(new Uint8Array(end.buffer, end.byteOffset, end.byteLength))),
    outcome,
    text: alone ? because : `${because} No zero lies within ${roundedDown(excluded, 3)} of the point itself.`,
    ...(morseIndex === undefined || outcome !== "zero" ? {} : { morseIndex }),
  };
}
