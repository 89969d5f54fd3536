// The comparison fills in while designs run; what was opened or closed by hand stays so.
import { post } from "./page.js";

const page = document.querySelector("#comparison");
const progress = document.querySelector("#progress");
const doing = document.querySelector("#doing");
const trouble = document.querySelector("#trouble");

function tell(words) {
  trouble.textContent = words;
  trouble.hidden = words === "";
}

function fill(part, html) {
  const place = document.querySelector(`#${part}-part`);
  const before = [...place.querySelectorAll("details")];
  const focused = before.findIndex((one) => one.contains(document.activeElement));
  const touched = before.map((one) => (one.dataset.touched === undefined ? null : one.open));
  place.innerHTML = html;
  const after = [...place.querySelectorAll("details")];
  after.forEach((one, index) => {
    if (touched[index] === null || touched[index] === undefined) return;
    one.open = touched[index];
    one.dataset.touched = "";
  });
  after[focused]?.querySelector("summary").focus({ preventScroll: true });
}

page.addEventListener("click", (event) => {
  const summary = event.target.closest("summary");
  if (summary) summary.parentElement.dataset.touched = "";
});

if (page.dataset.live) {
  const source = new EventSource(page.dataset.live);
  source.addEventListener("doing", (event) => {
    const told = JSON.parse(event.data);
    if (doing.textContent !== told.words) doing.textContent = told.words;
    progress.querySelector("progress").value = told.all ? told.done / told.all : 0;
    document.querySelector("#count").textContent = told.words && told.all ? `${told.done} of ${told.all}` : "";
    tell(told.trouble);
  });
  source.addEventListener("tables", (event) => {
    for (const [part, html] of Object.entries(JSON.parse(event.data))) fill(part, html);
  });
  source.addEventListener("again", () => { source.close(); location.reload(); });
  source.addEventListener("over", () => { source.close(); progress.hidden = true; });
  source.addEventListener("error", () => {
    progress.hidden = true;
    tell("the dashboard does not answer; was it stopped? `backroad serve` starts it again");
  });
}

const spoil = document.querySelector("#spoil");
spoil?.addEventListener("click", async () => {
  spoil.disabled = true;
  const { problems = [] } = await post(spoil.dataset.path);
  if (problems.length === 0) location.reload();
  spoil.disabled = false;
  tell(problems.join("; "));
});
