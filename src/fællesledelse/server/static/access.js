// Signing in, enrolling, recovering, renewing, reading the privacy notice and making a new recovery code: each form is sent as JSON, and its answer shown on the same page.
// The secret of an invitation stands in the address's fragment, which no server and no mail scanner sees. It is read
// once and taken out of the address. Asking whose it is does not use it; only the leader's button does. Browsers keep the
// address in their history all the same, so from the first touch of the page on the link is good for an hour.

const OFFLINE = "Der er ingen forbindelse til serveren lige nu. Prøv igen om lidt.";
const UNEXPECTED = "Noget gik galt hos os. Prøv igen om lidt, og skriv til din facilitator, hvis det bliver ved.";
const WHEN = new Intl.DateTimeFormat("da-DK", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
const FORMS = {
  "log-in": { address: "/api/log-in", body: ({ email, pass_phrase }) => ({ email, pass_phrase }), done: goBack },
  enrol: { address: "/api/enrol", body: ({ pass_phrase }) => ({ token, pass_phrase }), done: showCode },
  recover: {
    address: "/api/recover",
    body: ({ email, recovery_code, pass_phrase }) => ({ email, recovery_code, pass_phrase }),
    done: showCode,
  },
  again: { address: "/api/invitation/again", body: () => ({ token }), done: showReceipt },
  forgotten: { address: "/api/forgotten", body: ({ email }) => ({ email }), done: showReceipt },
  notice: { body: () => ({ accept: true }), done: goOn },
  "new-code": {
    address: "/api/new-code",
    body: ({ pass_phrase }) => ({ pass_phrase }),
    done: ({ recovery_code }, form) => showCode({ recovery_code, next: form.dataset.next }),
  },
  renew: {
    address: "/api/renew",
    body: ({ pass_phrase, recovery_code }) => ({ token, pass_phrase, ...(recovery_code && { recovery_code }) }),
    done: showCode,
  },
};

const token = takeToken();

function takeToken() {
  const secret = location.hash.slice(1);
  if (secret) history.replaceState(null, "", location.pathname + location.search);
  return secret;
}

/** The first thing to mend, as {field, message}, or undefined. */
function problemIn(form) {
  const { email, pass_phrase: phrase, again, recovery_code: code } = form.elements;
  if (email && !email.validity.valid) return { field: email, message: "Skriv din e-mailadresse, for eksempel navn@kommune.dk." };
  if (code?.required && !code.value.trim()) return { field: code, message: "Skriv din gendannelseskode." };
  if (phrase && !phrase.value) return { field: phrase, message: "Skriv din adgangssætning." };
  if (again && [...phrase.value].length < 12) {
    return { field: phrase, message: `Adgangssætningen skal være på mindst 12 tegn. Den har ${[...phrase.value].length}.` };
  }
  if (again && again.value !== phrase.value) return { field: again, message: "De to adgangssætninger er ikke ens. Skriv den igen." };
  return undefined;
}

function tell(form, message, field) {
  const box = form.querySelector("[data-problem]");
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  box.textContent = message;
  box.hidden = !message;
  field?.setAttribute("aria-invalid", "true");
  if (message) (field ?? box).focus();
}

async function post(address, body) {
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, status: 0, answer: { message: OFFLINE } };
  }
  const answer = await response.json().catch(() => ({}));
  return { ok: response.ok, status: response.status, answer };
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const { address, body, done } = FORMS[form.dataset.access];
  const problem = problemIn(form);
  if (problem) return tell(form, problem.message, problem.field);
  tell(form, "");
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  const { ok, answer } = await post(address ?? form.dataset.address, body(Object.fromEntries(new FormData(form))));
  button.disabled = false;
  if (!ok) return tell(form, answer.message ?? UNEXPECTED);
  return done(answer, form);
}

function goOn({ next }) {
  location.assign(next);
}

/** After signing in: to the page that asked for it, if it is one of ours. */
function goBack({ next }) {
  const asked = new URLSearchParams(location.search).get("next") ?? "";
  goOn({ next: /^\/hold\/[a-z0-9/-]+$/.test(asked) ? asked : next });
}

function showOnly(section) {
  for (const other of document.querySelectorAll("main > *")) other.hidden = other !== section;
  section.querySelector("h1, h2").focus();
  scrollTo(0, 0);
}

function showCode(answer) {
  const section = document.getElementById("kode");
  if (!answer.recovery_code) return goOn(answer);
  section.querySelector("[data-recovery-code]").textContent = answer.recovery_code;
  section.querySelector("[data-print]").addEventListener("click", () => print());
  const kept = section.querySelector("[data-code-kept]");
  const on = section.querySelector("[data-go-on]");
  kept.addEventListener("change", () => (on.disabled = !kept.checked));
  on.addEventListener("click", () => {
    removeEventListener("beforeunload", stay);
    goOn(answer);
  });
  addEventListener("beforeunload", stay);
  return showOnly(section);
}

/** The code is shown once; the browser asks before it is gone. */
function stay(event) {
  event.preventDefault();
}

function showReceipt() {
  showOnly(document.getElementById("kvittering"));
}

function showPhrases({ currentTarget }) {
  for (const input of currentTarget.form.querySelectorAll("[name=pass_phrase], [name=again]")) {
    input.type = currentTarget.checked ? "text" : "password";
  }
}

/** One part of a page that was opened by a link: "looking", "with-token", "without-token", "lapsed" or "dead-link". */
function showPart(name) {
  for (const part of document.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
}

/** Whose link it is, and from when it works. A server that can't say just now is asked again by the form. */
async function lookAtLink() {
  if (!token) return showPart("without-token");
  const { status, answer } = await post("/api/invitation", { token });
  if (status === 404) return showPart(answer.error === "lapsed" ? "lapsed" : "dead-link");
  for (const place of answer.role ? document.querySelectorAll("[data-role]") : []) place.hidden = place.dataset.role !== answer.role;
  for (const place of document.querySelectorAll("[data-greeting]")) if (answer.name) place.textContent = greeting(answer.name);
  if (answer.email) tellEmail(answer.email);
  if (answer.not_before) tellWhen(new Date(answer.not_before));
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, openLink, { once: true });
  return showPart("with-token");
}

/** A person has the page, not a scanner. */
function openLink() {
  post("/api/invitation", { token, opened: true });
}

function greeting(name) {
  return `Velkommen, ${name.split(" ")[0]}`;
}

/** What to sign in with; a browser that remembers the pass phrase remembers it with the `username`. */
function tellEmail(email) {
  for (const place of document.querySelectorAll("[data-email]")) place.textContent = email;
  for (const input of document.querySelectorAll("[name=username]")) input.value = email;
  for (const part of document.querySelectorAll("[data-signs-in]")) part.hidden = false;
}

function tellWhen(start) {
  for (const place of document.querySelectorAll("[data-from]")) place.textContent = WHEN.format(start).replace(/(\d\d)[.:](\d\d)$/, "$1.$2");
  for (const part of document.querySelectorAll("[data-waiting]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-working]")) part.hidden = true;
}

for (const form of document.querySelectorAll("[data-access]")) form.addEventListener("submit", send);
for (const box of document.querySelectorAll("[data-show-phrases]")) box.addEventListener("change", showPhrases);
addEventListener("hashchange", () => location.reload()); // another link, pasted over this one
if (document.querySelector("[data-part]")) lookAtLink();
