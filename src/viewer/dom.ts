/** Makes elements in one expression. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element with attributes (`true`: present, `false` or undefined: absent) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

export function setAttribute(element: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** Writes a text only where it changed, so that selections stay and screen readers are quiet. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes a button that does `act`. */
export function button(label: string, attributes: Attributes, act: () => void): HTMLButtonElement {
  const element = h("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", act);
  return element;
}

/** Returns an element that the page must hold. */
export function byId<E extends HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`internal: the page has no #${id}`);
  return element as E;
}

const probe = document.createElement("span");
const known = new Map<string, string>();

/** Returns a colour of the style sheet in the present theme, in the form that a canvas takes. */
export function color(name: string): string {
  const scheme = document.documentElement.dataset.theme ?? String(matchMedia("(prefers-color-scheme: dark)").matches);
  const key = `${scheme} ${name}`;
  let value = known.get(key);
  if (value === undefined) {
    // light-dark() is resolved only in the computed value of a property.
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    value = getComputedStyle(probe).color;
    probe.remove();
    known.set(key, value);
  }
  return value;
}
