/**
 * Put into every page before its own scripts: looks at each frame what a person would see, and tells the driver once, by the
 * page's own clock, when the first field took text and when everything was there. `texts`, the selector `chart` and the condition
 * `ready` come from the driver.
 */
({ texts, chart, ready }) => {
  if (window !== top || !location.protocol.startsWith("http")) return;
  const roots = [document];
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (settings) {
    const root = attach.call(this, settings);
    roots.push(root);
    return root;
  };
  const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]).filter(shown);
  const sized = ({ width, height }) => width > 0 && height > 0;
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && sized(element.getBoundingClientRect());
  const takes = (box) => !box.disabled && !box.readOnly && !box.closest("[inert]");
  const found = { field: null, live: null };
  globalThis.benchFound = found;
  const look = () => {
    const values = all("textarea").filter(takes).map((box) => box.value);
    const there = (text) => values.some((value) => value.includes(text));
    found.field ??= texts.some(there) ? performance.now() : null;
    if (texts.every(there) && all(chart).length > 0 && ready()) {
      found.live = performance.now();
      globalThis.benchLive(found);
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
