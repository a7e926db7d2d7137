/** Shows a long list by the few elements that are in sight. All rows have the same height. */

interface VirtualOptions<E> {
  /** Element that scrolls. */
  readonly frame: HTMLElement;
  /** Element within it that is as high as all rows together. */
  readonly body: HTMLElement;
  readonly rowHeight: number;
  /** Height of a heading that stays above the rows. Default 0. */
  readonly headHeight?: number;
  /** Makes the entry of a row, which `key` tells apart from others. */
  make(key: string): E;
  elementOf(entry: E): HTMLElement;
  update(entry: E, place: number): void;
}

interface VirtualRows {
  /** Takes the rows: their number, and the key of each. */
  update(count: number, keyOf: (place: number) => string): void;
  /** Scrolls so that a row is in sight, and draws it. */
  reveal(place: number): void;
  /** The element of a row that is drawn. */
  element(key: string): HTMLElement | undefined;
}

/** Rows beyond those in sight that are drawn too, so that a fast scroll shows no gap. */
const margin = 8;

export function makeVirtualRows<E>(options: VirtualOptions<E>): VirtualRows {
  const { frame, body, rowHeight, headHeight = 0, make, elementOf } = options;
  const drawn = new Map<string, E>();
  let count = 0;
  let keyOf = (place: number): string => String(place);
  let scheduled = false;

  function draw(): void {
    const top = frame.scrollTop;
    const first = Math.max(0, Math.floor(top / rowHeight) - margin);
    const end = Math.min(count, Math.ceil((top + frame.clientHeight) / rowHeight) + margin);
    const wanted = new Map<string, number>();
    for (let place = first; place < end; place++) wanted.set(keyOf(place), place);
    for (const [key, entry] of drawn) {
      const element = elementOf(entry);
      // Whoever works with a row by keyboard keeps it while others scroll by.
      if (wanted.has(key) || element.contains(document.activeElement)) continue;
      element.remove();
      drawn.delete(key);
    }
    let before: Element | null = null;
    for (const [key, place] of wanted) {
      let entry = drawn.get(key);
      if (entry === undefined) {
        entry = make(key);
        drawn.set(key, entry);
      }
      const element = elementOf(entry);
      // Screen readers and the tabulator go through rows in the order of the document. Moving a row would take its focus.
      if (!element.isConnected) {
        if (before === null) body.prepend(element);
        else before.after(element);
      } else if (
        before !== null &&
        element.previousElementSibling !== before &&
        !element.contains(document.activeElement)
      ) {
        before.after(element);
      }
      before = element;
      element.style.transform = `translateY(${place * rowHeight}px)`;
      options.update(entry, place);
    }
  }
  function drawSoon(): void {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      draw();
    });
  }
  frame.addEventListener("scroll", drawSoon, { passive: true });
  new ResizeObserver(drawSoon).observe(frame);
  return {
    update(newCount, newKeyOf) {
      if (newCount !== count) body.style.height = `${newCount * rowHeight}px`;
      count = newCount;
      keyOf = newKeyOf;
      draw();
    },
    reveal(place) {
      const [top, height] = [place * rowHeight, frame.clientHeight - headHeight];
      if (top < frame.scrollTop) frame.scrollTop = top;
      else if (top + rowHeight > frame.scrollTop + height) frame.scrollTop = top + rowHeight - height;
      draw();
    },
    element(key) {
      const entry = drawn.get(key);
      return entry === undefined ? undefined : elementOf(entry);
    },
  };
}
