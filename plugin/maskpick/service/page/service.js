// Talking to the service.

const $ = (id) => document.getElementById(id);

// Ask for work; asks for the token where one is wanted.
export async function work(path, body) {
  for (;;) {
    const headers = { "Content-Type": "application/json" };
    const token = sessionStorage.getItem("token");
    if (token) headers.api_token = token;
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status === 401) {
      await askForToken(token ? "This is not the service's token. Once more:" : "This service asks for its token.");
      continue;
    }
    const said = await answer.json().catch(() => null);
    if (!answer.ok) throw new Error(said?.detail || `The service answered with ${answer.status}.`);
    if (!said) throw new Error("The service's answer broke off. Try once more.");
    return said;
  }
}

// Fetch a result.
export async function fetched(link) {
  const answer = await fetch(link);
  if (!answer.ok) throw new Error("The result is gone. Drop the picture once more.");
  return answer;
}

function askForToken(words) {
  sessionStorage.removeItem("token");
  $("why").textContent = words;
  $("token").value = "";
  $("ask").returnValue = "";
  $("ask").showModal();
  return new Promise((resolve, reject) => {
    $("ask").onclose = () => {
      if ($("ask").returnValue !== "go") {
        reject(new Error("Without the token the service does nothing."));
        return;
      }
      sessionStorage.setItem("token", $("token").value);
      resolve();
    };
  });
}
