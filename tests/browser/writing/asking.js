/** Stands in for Jupyter's own widgets: one button that asks the page's kernel, and shows how often that one was told something. */
export async function drawAll([place], _widgets, kernel) {
  const model = place.dataset.model;
  const told = document.createElement("output");
  const button = document.createElement("button");
  button.textContent = "Spørg kernen";
  button.addEventListener("click", () => {
    kernel.asked = true;
    kernel.send(model, { method: "custom", content: { event: "click" } });
  });
  kernel.listen(model, ({ content }) => (told.value = String(content.data.told)));
  place.replaceChildren(button, told);
}
