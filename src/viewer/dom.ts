/** Elements in one expression. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes (`true`: present, `false` or undefined: absent) and children. */
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

/** Writes only what changed, so that selections and screen readers are left in peace. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A button with what it does. */
export function button(label: string, attributes: Attributes, act: () => void): HTMLButtonElement {
  const element = h("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", act);
  return element;
}

/** An element that the page must hold. */
export function byId<E extends HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`internal: the page has no #${id}`);
  return element as E;
}

const probe = document.createElement("span");
const known = new Map<string, string>();

/** A colour of the style sheet in the present theme, as a canvas takes it. */
export function color(name: string): string {
  const scheme = document.documentElement.dataset.theme ?? String(matchMedia("(prefers-color-scheme: dark)").matches);
  const key = `${scheme} ${name}`;
  let value = known.get(key);
  if (value === undefined) {
    // Only a property's computed value has its light-dark() resolved.
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    value = getComputedStyle(probe).color;
    probe.remove();
    known.set(key, value);
  }
  return value;
}
