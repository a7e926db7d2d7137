/** The theme of the page: light, dark, or that of the system. */

const key = "fluxion.theme";
const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];

export function currentTheme(): Theme {
  const stored = localStorage.getItem(key);
  return themes.find((theme) => theme === stored) ?? "auto";
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  if (theme === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}

export function nextTheme(): Theme {
  const theme = themes[(themes.indexOf(currentTheme()) + 1) % themes.length]!;
  applyTheme(theme);
  return theme;
}

/** Calls `changed` when the theme of the system changes. */
export function onSystemTheme(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
