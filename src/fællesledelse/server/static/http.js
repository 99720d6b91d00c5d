/** Requests to our own server, and what counts as an answer from it. */

/** No answer that can be trusted: no connection, a cut or foreign response, or too long a wait. */
export class Unreachable extends Error {}

let line = new AbortController();

/** Give up what hangs and can be asked again: the line is dead, and a browser has six connections to a server, no more. */
export function hangUp() {
  line.abort();
  line = new AbortController();
}

function xsrf() {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith("_xsrf="));
  return found ? { "X-XSRFToken": found.slice("_xsrf=".length) } : {};
}

function settings(method, { body, person, keepalive, signals }) {
  const headers = { Accept: "application/json", ...xsrf() };
  if (person) headers["X-Person"] = person;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "same-origin",
    redirect: "error",
    keepalive: Boolean(keepalive),
    signal: AbortSignal.any(signals),
  };
}

function parsed(status, text) {
  const withoutJson = status >= 500 || status === 429 || status === 413; // a proxy may have answered
  if (!withoutJson) return text ? JSON.parse(text) : null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Ask the server; resolves to {status, data}, where data is parsed JSON or null.
 *
 * A page that some hotel network puts in our server's place is no JSON, and so no answer: a text is never taken as
 * saved on its word. `again`: whether it does no harm to ask twice.
 */
export async function ask(method, path, { body, person, keepalive, signal, wait = 8000, again = method === "GET" } = {}) {
  const signals = [AbortSignal.timeout(wait), ...(signal ? [signal] : []), ...(again ? [line.signal] : [])];
  try {
    const response = await fetch(path, settings(method, { body, person, keepalive, signals }));
    const text = await response.text();
    return { status: response.status, data: parsed(response.status, text) };
  } catch (error) {
    throw new Unreachable(error.name);
  }
}
