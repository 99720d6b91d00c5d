/** Small help with elements. Data only ever becomes text, never markup. */

export function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function button(text, click, kind = "secondary") {
  return node("button", { type: "button", class: `button button-${kind}`, click }, text);
}

/** Where the page's content begins. */
export function main() {
  return document.querySelector("main") ?? document.body;
}

/** The text of a heading, without the anchor sign that Jupyter appends. */
export function title(heading) {
  const copy = heading.cloneNode(true);
  for (const extra of copy.querySelectorAll(".anchor-link, .jp-InternalAnchorLink, .fl-badge")) extra.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

/** Scroll without movement where the reader asked for none. */
export function bring(element, block = "start") {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block, behavior: still ? "auto" : "smooth" });
}

/** Unfold everything that the element stands in. */
export function reveal(element) {
  for (let fold = element?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

/** The Markdown cell above what a cell of the notebook shows, or null. */
export function proseAbove(element) {
  let cell = element.closest(".jp-Cell");
  while ((cell = cell?.previousElementSibling ?? null)) if (cell.matches(".jp-MarkdownCell")) return cell;
  return null;
}
