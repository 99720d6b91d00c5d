/**
 * Brings a facilitator's page to life: each `<div class="fl-part" data-part="cohort-file">` is filled by the module of that
 * name in `desk/`, which exports `cohortFile(place, desk)`.
 */
import "./shell.js";
import { Desk } from "./desk/client.js";

const FAILED = "Denne del kunne ikke hentes. Hent siden igen.";

function camel(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

async function bring(place, desk) {
  const { part } = place.dataset;
  try {
    const module = await import(`./desk/${part}.js`);
    await module[camel(part)](place, desk);
  } catch (error) {
    place.textContent = FAILED;
    throw error;
  }
}

const desk = new Desk(document.body.dataset);
for (const place of document.querySelectorAll(".fl-part[data-part]")) bring(place, desk);
