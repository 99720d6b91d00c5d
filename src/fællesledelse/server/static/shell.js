// What every page's frame needs: signing out, here and in the browser's other tabs.
// A page that keeps unsent text is `globalThis.faellesledelse`: its `mayLeave` answers (a promise of) false to stay, and it
// speaks with the other tabs itself. Every other page does so here.

const STILL_IN = "Serveren svarer ikke, så du er ikke logget ud endnu. Prøv igen om lidt, og lås computeren, hvis du går fra den.";

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("faellesledelse") : null;

function announceSignOut() {
  if (globalThis.faellesledelse) globalThis.faellesledelse.announceSignOut();
  else channel?.postMessage({ kind: "person", person: "" });
}

/** Said where the press would else be met by silence, and the person would walk away from an open page. */
function stillIn() {
  const line = document.createElement("p");
  line.className = "site-elsewhere site-still-in";
  line.role = "alert";
  line.textContent = STILL_IN;
  document.querySelector(".site-header").after(line);
}

async function logOut() {
  const mayLeave = globalThis.faellesledelse?.mayLeave;
  if (mayLeave && !(await mayLeave())) return;
  const response = await fetch("/api/log-out", { method: "POST" }).catch(() => null);
  document.querySelector(".site-still-in")?.remove();
  if (!response?.ok && response?.status !== 401) return stillIn();
  announceSignOut();
  location.assign("/log-ind");
}

/** A page that shows a person's matters is left when that person has signed out or another has signed in. */
function heard({ data }) {
  const { person } = document.body.dataset;
  if (globalThis.faellesledelse || !person || data.kind !== "person" || data.person === person) return;
  document.querySelector("main").hidden = true;
  location.replace("/");
}

channel?.addEventListener("message", heard);
document.addEventListener("click", ({ target }) => target.closest("[data-log-out]") && logOut());
