/** What the page computes from texts: finished HTML when the page comes, and the kernel's own when a text has been saved. */

const CONTROL = "jupyter.widget.control";

/** Whether a text under `key` is among what `wanted` names: itself or a part of it. */
function covers(wanted, key) {
  return wanted.some((each) => key === each || key.startsWith(`${each}.`));
}

/** Put `html`, which the kernel has made and escaped, in the place, unless it stands there already. */
function show(place, html) {
  const inner = place.querySelector(".widget-html-content") ?? place;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  if (fresh.innerHTML !== inner.innerHTML) inner.replaceChildren(fresh.content);
}

/** Ask a kernel that has just been woken for the state of all its widgets. */
function askForStates(kernel, take) {
  const id = crypto.randomUUID();
  kernel.listen(id, ({ content }) => content.data.method === "update_states" && take(content.data.states));
  kernel.say("comm_open", { comm_id: id, target_name: CONTROL, data: {} }, { version: "1.0.0" });
  kernel.say("comm_msg", { comm_id: id, data: { method: "request_states" } });
}

/** Keep the computed places in step with what is saved. `fields` and `computed` are the page's: specs and keys by model. */
export function serveComputed(answers, kernel, { fields, computed }) {
  const places = [...document.querySelectorAll("[data-kind=computed]")];
  const shown = (id, { value }) => {
    if (typeof value === "string") places.filter((place) => place.dataset.model === id).forEach((place) => show(place, value));
  };
  const owner = new Map(Object.entries(fields).flatMap(([id, specs]) => specs.map(({ key }) => [key, id])));
  for (const { dataset } of places) kernel.listen(dataset.model, ({ content }) => content.data.state && shown(dataset.model, content.data.state));
  if (places.length) kernel.greet(() => askForStates(kernel, (states) => places.forEach(({ dataset }) => shown(dataset.model, states[dataset.model]?.state ?? {}))));
  answers.addEventListener("saved", ({ detail: { key, version } }) => {
    const needed = kernel.awake || kernel.asked || places.some(({ dataset }) => covers(computed[dataset.model] ?? [], key));
    if (needed && owner.has(key)) kernel.send(owner.get(key), { method: "custom", content: { saved: { key, version } } });
  });
}
