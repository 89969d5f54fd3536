// An exercise: its checks as they run, told by the server; what fails is told by the server in words.
import { post } from "./page.js";

const desk = document.querySelector(".desk");
const base = `exercise/${encodeURIComponent(desk.dataset.slug)}`;
const problem = document.querySelector("#problem");
const check = document.querySelector("#check");
const start = document.querySelector("#start");
const telling = document.querySelector("#telling");
const SIGNS = { PASSED: "✓", BLOCKED: "·" };
const HOLDS = ["[data-hint]", "a"]; // what may have the focus where things are told anew
let held = null; // which of them has it; a button that is disabled or replaced loses it

function say(problems) {
  problem.hidden = !problems?.length;
  problem.textContent = problems?.join("; ") ?? "";
}

function draw(scene) {
  const verdicts = scene.verdicts;
  const core = [...document.querySelectorAll(".core li[data-check]")];
  const green = core.filter((place) => verdicts[place.dataset.check] === "PASSED").length;
  for (const place of document.querySelectorAll("[data-check]")) {
    const verdict = verdicts[place.dataset.check] ?? "";
    place.dataset.verdict = verdict;
    const sign = place.matches(".sign") ? place : place.querySelector(".sign");
    sign.textContent = verdict === "" ? "·" : SIGNS[verdict] ?? "✗";
    const words = place.querySelector(".verdict");
    if (words) words.textContent = verdict === "" ? "" : `: ${verdict.toLowerCase()}`;
  }
  const told = `${green} of ${core.length} green`;
  document.querySelector("#tally").textContent = told;
  document.querySelector(".share").style.setProperty("width", `${(100 * green) / Math.max(core.length, 1)}%`);
  desk.dataset.running = scene.running;
  check.textContent = scene.running ? "Check again" : "Check";
  if (scene.html !== undefined) {
    telling.innerHTML = scene.html;
    telling.hidden = telling.textContent.trim() === "";
    say([]);
    if (held) (telling.querySelector(held) ?? telling).focus({ preventScroll: true });
  }
  if (scene.past !== undefined) document.querySelector("#past").innerHTML = scene.past;
  if (!scene.running && Object.keys(verdicts).length) document.querySelector("#status").textContent = told;
}

let source = null;

function listen() {
  if (document.hidden || source) return;
  source = new EventSource("events");
  source.addEventListener("scene", (event) => draw(JSON.parse(event.data)));
  source.addEventListener("open", () => say([]));
  source.addEventListener("error", () => {
    // Refused, and not only out of reach: there is no workspace any more, which the page tells.
    if (source.readyState === EventSource.CLOSED) location.reload();
    else say(["the dashboard does not answer; was it stopped? `backroad serve` starts it again"]);
  });
}

// A browser has few connections for one address: a page that nobody sees gives its own away.
function rest() {
  if (document.hidden) {
    source?.close();
    source = null;
  } else listen();
}

check?.addEventListener("click", async () => say((await post(`${base}/check`)).problems));
start?.addEventListener("click", async () => {
  start.disabled = true;
  const answer = await post(`${base}/start`);
  say(answer.problems);
  start.disabled = false;
  if (!answer.problems) location.reload();
});
telling.addEventListener("click", async (event) => {
  const asked = event.target.closest("[data-hint]");
  if (!asked) return;
  asked.focus(); // not every browser does that for a mouse
  asked.disabled = true;
  const answer = await post(`${base}/hint/${encodeURIComponent(asked.dataset.hint)}`);
  say(answer.problems);
  if (!answer.problems?.length) return; // the next scene brings another button
  asked.disabled = false;
  asked.focus();
});
document.addEventListener("focusin", (event) => {
  held = telling.contains(event.target) ? HOLDS.find((one) => event.target.matches(one)) : null;
});
// Where there is one column, what happened comes before the sentences of all checks.
if (matchMedia("(max-width: 999px)").matches) {
  for (const stage of document.querySelectorAll(".stage")) stage.open = false;
}
if ("live" in desk.dataset) {
  document.addEventListener("visibilitychange", rest);
  listen();
}
