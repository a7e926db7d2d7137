/** Draws the charts of a run as SVG, in the colours of the notebook. */
const width = 420;
const height = 200;
const left = 62;
const bottom = 26;

function element(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const short = (value) =>
  value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(4)));

function drawChart({ name, steps, values }) {
  const finite = values.filter((value) => value !== null);
  const log = finite.length > 0 && finite.every((value) => value > 0);
  const scaled = log ? Math.log10 : (value) => value;
  // Math.min(...) takes no more arguments than the stack holds.
  let [low, high] = [Infinity, -Infinity];
  for (const value of finite) [low, high] = [Math.min(low, scaled(value)), Math.max(high, scaled(value))];
  if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
  const first = steps[0] ?? 0;
  const last = Math.max(steps.at(-1) ?? 1, first + 1);
  const x = (step) => left + ((step - first) / (last - first)) * (width - left - 10);
  const y = (value) => 12 + ((high - scaled(value)) / (high - low)) * (height - bottom - 12);
  let path = "";
  let pen = "M";
  const marks = [];
  for (const [index, value] of values.entries()) {
    const at = x(steps[index]).toFixed(1);
    if (value === null) {
      pen = "M";
      marks.push(element("text", { x: at, y: 12, "text-anchor": "middle", fill: "#d33" }, "×"));
    } else {
      path += `${pen}${at} ${y(value).toFixed(1)}`;
      pen = "L";
    }
  }
  const text = (words, attributes) => element("text", { fill: "currentColor", "font-size": 11, ...attributes }, words);
  const back = (value) => short(log ? 10 ** value : value);
  const labels =
    finite.length === 0
      ? []
      : [
          text(back(high), { x: left - 4, y: 16, "text-anchor": "end" }),
          text(back(low), { x: left - 4, y: height - bottom, "text-anchor": "end" }),
        ];
  const summary = finite.length === 0 ? "no finite value" : `last ${short(finite.at(-1))}`;
  const picture = element(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `${name} over steps ${first} to ${last}: ${summary}`,
    },
    element("path", {
      d: `M${left} 8V${height - bottom}H${width - 8}`,
      fill: "none",
      stroke: "currentColor",
      opacity: 0.4,
    }),
    element("path", { d: path, fill: "none", stroke: "#3b82c4", "stroke-width": 1.5, class: "curve" }),
    ...marks,
    ...labels,
    text(short(first), { x: left, y: height - 10 }),
    text(short(last), { x: width - 10, y: height - 10, "text-anchor": "end" }),
  );
  picture.style.width = "100%";
  const figure = document.createElement("figure");
  figure.style.cssText = "margin: 0; min-width: 0";
  const caption = document.createElement("figcaption");
  caption.textContent = `${name}${log ? " (logarithmic)" : ""}, ${summary}`;
  figure.dataset.column = name;
  figure.append(caption, picture);
  return figure;
}

function render({ model, el }) {
  const heading = document.createElement("p");
  heading.setAttribute("role", "status");
  const board = document.createElement("div");
  board.style.cssText = "display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr))";
  el.classList.add("fluxion-charts");
  el.append(heading, board);
  const draw = () => {
    heading.textContent = `${model.get("title")}: ${model.get("state")}`;
    board.replaceChildren(...model.get("charts").map(drawChart));
  };
  for (const name of ["title", "state", "charts"]) model.on(`change:${name}`, draw);
  draw();
}

export default { render };
