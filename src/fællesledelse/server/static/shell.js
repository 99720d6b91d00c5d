// What every page's frame needs: signing out, here and in the browser's other tabs.
// A page that keeps unsent text is `globalThis.faellesledelse`: its `mayLeave` answers (a promise of) false to stay, and it
// speaks with the other tabs itself. Every other page does so here.

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("faellesledelse") : null;

function announceSignOut() {
  if (globalThis.faellesledelse) globalThis.faellesledelse.announceSignOut();
  else channel?.postMessage({ kind: "person", person: "" });
}

async function logOut() {
  const mayLeave = globalThis.faellesledelse?.mayLeave;
  if (mayLeave && !(await mayLeave())) return;
  const response = await fetch("/api/log-out", { method: "POST" });
  if (!response.ok && response.status !== 401) return;
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
