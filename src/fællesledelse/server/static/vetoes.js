/** The leader's page about whom not to be in a group with. */
import { ask, Unreachable } from "./http.js";

const { gathering, person } = document.body.dataset;
const form = document.querySelector("[data-vetoes]");
const told = form.querySelector("[data-told]");
const boxes = [...form.querySelectorAll("[name=others]")];
const most = Number(form.dataset.most);

const chosen = () => boxes.filter((box) => box.checked);

/** Once as many are chosen as may be, the others wait. */
function limit() {
  const full = chosen().length >= most;
  for (const box of boxes) box.disabled = full && !box.checked;
}

async function save() {
  const body = { others: chosen().map((box) => box.value) };
  try {
    const { status, data } = await ask("PUT", `/api/${encodeURIComponent(gathering)}/vetoes`, { person, body });
    if (status === 200) return chosen().length ? "Gemt. Det gælder, næste gang grupperne bliver sat sammen." : "Gemt. Du har ingen ønsker.";
    return data?.message ?? "Det blev ikke gemt. Prøv igen.";
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return "Det blev ikke gemt, for serveren svarer ikke. Prøv igen om lidt.";
  }
}

form.addEventListener("change", () => {
  limit();
  told.textContent = "Ikke gemt endnu.";
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  told.textContent = await save();
});
limit();
