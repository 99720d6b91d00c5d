/**
 * Brings a page's parts to life: what the group shares, `<div class="fl-part" data-part="room">`, also where a widget
 * draws it later. Each part is a module of that name in `parts/`, with `mount(element, client, live)`.
 */
const STYLES = { room: "room.css", contract: "room.css", publish: ["publish.css", "sharing.css"] };

async function bring(element, client, live) {
  const { mount } = await import(`./parts/${element.dataset.part}.js`);
  await client.ready;
  mount(element, client, await live());
}

async function connect(client) {
  const { Live } = await import("./parts/live.js");
  return new Live(client);
}

/** `style(name)` puts a style sheet on the page. */
export function serveParts(client, style) {
  let connected = null;
  const live = () => (connected ??= connect(client));
  const look = () => {
    for (const element of document.querySelectorAll(".fl-part[data-part]:not([data-mounted])")) {
      element.dataset.mounted = "";
      for (const name of [STYLES[element.dataset.part] ?? "sharing.css"].flat()) style(name);
      bring(element, client, live).catch((error) => {
        element.textContent = "Denne del kunne ikke hentes. Hent siden igen. Det, du har skrevet, er ikke tabt.";
        throw error;
      });
    }
  };
  const start = () => {
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
}
