/** Bringing a part in step with what the server says, without touching what is already right: focus and folds stay. */

/** Set a text only when it is another one, so that nothing is read aloud twice; without text the element is hidden. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
}

/** Draw the children anew only when what they show (anything JSON can tell) has changed. */
export function renew(element, shown, draw) {
  const told = JSON.stringify(shown);
  if (element.dataset.shown === told) return;
  element.dataset.shown = told;
  element.replaceChildren(...draw());
}
