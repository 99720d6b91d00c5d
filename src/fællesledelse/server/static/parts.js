/**
 * Brings a page's parts to life: what the group shares, `<div class="fl-part" data-part="room">`. Each part is a module of
 * that name in `parts/`, with `mount(element, client, live)`.
 */
async function bring(element, client, live) {
  const { mount } = await import(`./parts/${element.dataset.part}.js`);
  await client.ready;
  mount(element, client, await live());
}

async function connect(client) {
  const { Live } = await import("./parts/live.js");
  return new Live(client);
}

export function serveParts(client) {
  let connected = null;
  const live = () => (connected ??= connect(client));
  live(); // also where nothing is shared: a broken connection is to be seen at once
  for (const element of document.querySelectorAll(".fl-part[data-part]")) {
    bring(element, client, live).catch((error) => {
      element.textContent = "Denne del kunne ikke hentes. Hent siden igen. Det, du har skrevet, er ikke tabt.";
      throw error;
    });
  }
}
