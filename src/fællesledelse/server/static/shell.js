// What every page's frame needs: signing out.
// A page that keeps unsent text sets `globalThis.faellesledelse.mayLeave`, which answers (a promise of) false to stay.

async function logOut() {
  const mayLeave = globalThis.faellesledelse?.mayLeave;
  if (mayLeave && !(await mayLeave())) return;
  const response = await fetch("/api/log-out", { method: "POST" });
  if (response.ok || response.status === 401) location.assign("/log-ind");
}

for (const button of document.querySelectorAll("[data-log-out]")) button.addEventListener("click", logOut);
