// A classic script, loaded before the body. Voilà streams what the cells show to the end of the body, since the prose
// must not wait for the kernel; this moves each output to its cell before Voilà's own script draws them.

/** Voilà calls this by name, in the one inline script it sends, to keep the connection alive while the kernel works. */
window.voila_heartbeat = () => {};

const WAITING = 'script[type="application/vnd.voila.cell-output+json"]';

function placeOutputs() {
  for (const arriving of document.querySelectorAll(".fl-arriving")) {
    document.querySelector(`[data-cell="${arriving.dataset.for}"]`).append(...arriving.childNodes);
    arriving.remove();
  }
}

function removeWhenDrawn(loading, cells) {
  const look = () => {
    if (cells.querySelector(WAITING)) return;
    observer.disconnect();
    loading.remove();
  };
  const observer = new MutationObserver(look);
  observer.observe(cells, { childList: true, subtree: true });
  look();
}

document.addEventListener("DOMContentLoaded", () => {
  placeOutputs();
  removeWhenDrawn(document.getElementById("loading"), document.getElementById("rendered_cells"));
});
