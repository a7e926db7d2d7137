/** Controls of the x axis that all charts share. */
import { byId, setText } from "../../dom.ts";
import { type XAxis, xQuantities } from "../series.ts";

const key = "fluxion.x";

interface XAxisControls {
  readonly axis: XAxis;
  toggleLog(): void;
}

/** @param start the axis that the page's address chooses. Default: the one of the last time */
export function makeXAxisControls(changed: (axis: XAxis) => void, start: XAxis = stored()): XAxisControls {
  const select = byId<HTMLSelectElement>("x-quantity");
  const toggle = byId<HTMLButtonElement>("x-log");
  let axis = start;

  function set(next: XAxis): void {
    axis = next;
    localStorage.setItem(key, `${axis.quantity} ${axis.log ? "log" : "linear"}`);
    show();
    changed(axis);
  }
  function show(): void {
    select.value = axis.quantity;
    setText(toggle, `x: ${axis.log ? "log" : "linear"}`);
  }
  const toggleLog = (): void => set({ ...axis, log: !axis.log });
  select.addEventListener("change", () => {
    const quantity = xQuantities.find((name) => name === select.value) ?? "step";
    set({ ...axis, quantity });
  });
  toggle.addEventListener("click", toggleLog);
  show();
  return {
    toggleLog,
    get axis() {
      return axis;
    },
  };
}

function stored(): XAxis {
  const [quantity, scale] = (localStorage.getItem(key) ?? "").split(" ");
  return { quantity: xQuantities.find((name) => name === quantity) ?? "step", log: scale !== "linear" };
}
