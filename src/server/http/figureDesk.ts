/** Draws figures for those who ask: one drawing at a time, shared by all who ask meanwhile, ended when all have left. */
import type { FigureTitle } from "../messages.ts";
import type { FigureGallery } from "../options.ts";

export interface FigureDesk {
  /** Draws the figures and lists them. Undefined: the server closed, or whoever asked has left. */
  list(wanted: AbortSignal): Promise<readonly FigureTitle[] | undefined>;
  svg(name: string): Promise<string | undefined>;
  /** Ends a drawing that is going on. */
  close(): void;
}

interface Drawing {
  readonly titles: Promise<readonly FigureTitle[] | undefined>;
  readonly abort: AbortController;
  askers: number;
}

export function makeFigureDesk(figures: FigureGallery | undefined): FigureDesk {
  let drawing: Drawing | undefined;
  let closed = false;

  function begin(gallery: FigureGallery): Drawing {
    const abort = new AbortController();
    const end = (): void => {
      if (drawing === made) drawing = undefined;
    };
    const titles = gallery.list(abort.signal).then(
      (list) => {
        end();
        return list;
      },
      (error: unknown) => {
        end();
        if (abort.signal.aborted) return undefined;
        throw error;
      },
    );
    const made: Drawing = { titles, abort, askers: 0 };
    return made;
  }

  return {
    async list(wanted) {
      // A drawing that is being ended makes room for a new one.
      while (drawing?.abort.signal.aborted === true) await drawing.titles;
      if (closed || wanted.aborted) return undefined;
      if (figures === undefined) return [];
      drawing ??= begin(figures);
      const mine = drawing;
      mine.askers++;
      const leave = (): void => {
        mine.askers--;
        if (mine.askers === 0) mine.abort.abort();
      };
      wanted.addEventListener("abort", leave, { once: true });
      try {
        const titles = await mine.titles;
        return wanted.aborted ? undefined : titles;
      } finally {
        wanted.removeEventListener("abort", leave);
      }
    },
    svg: async (name) => figures?.svg(name),
    close() {
      closed = true;
      drawing?.abort.abort();
    },
  };
}
