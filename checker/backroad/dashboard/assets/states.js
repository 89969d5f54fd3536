// Going back to an earlier state: the server is told which one, and tells what became of it.
import { post } from "./page.js";

const page = document.querySelector(".states");
const problem = document.querySelector("#problem");
const buttons = [...page.querySelectorAll("button[data-state]")];

page.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-state]");
  if (!button) return;
  problem.hidden = true;
  for (const one of buttons) one.disabled = true;
  const { number, left = 0, problems } = await post(page.dataset.path, { state: button.dataset.state });
  if (number === undefined) {
    for (const one of buttons) one.disabled = false;
    problem.textContent = problems?.join("; ") ?? "the dashboard gave no answer";
    problem.hidden = false;
    return;
  }
  const query = new URLSearchParams({ after: number, ...(left > 0 && { left }) });
  location.assign(`${location.pathname}?${query}`);
});
