// What all pages share: a change asks with the secret in a header, and says what became of it.
const [, secret] = location.pathname.split("/");

export async function post(path, values = {}) {
  let answer;
  try {
    answer = await fetch(`/${secret}/${path}`, {
      method: "POST",
      headers: { "X-Backroad-Secret": secret, "Content-Type": "application/json" },
      body: JSON.stringify(values),
    });
  } catch {
    return { problems: ["the dashboard does not answer; was it stopped? `backroad serve` starts it again"] };
  }
  try {
    return await answer.json();
  } catch {
    return { problems: [`the dashboard answered ${answer.status}`] };
  }
}
