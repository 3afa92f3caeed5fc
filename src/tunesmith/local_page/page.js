// What every local page does; a page's own script follows and names its COMMAND.

const RETRY_MS = 1500;
const token = document.querySelector("meta[name=tunesmith-token]").content;
const at = (id) => document.getElementById(id);

// ---- words, in Chinese where the browser is ------------------------------------------------

const chinese = navigator.language.toLowerCase().startsWith("zh");

function t(words, ...values) {
  const found = (chinese && ZH[words]) || words;
  return found.replace(/\{(\d)\}/g, (_, place) => values[place]);
}

function translate() {
  if (!chinese) return;
  document.documentElement.lang = "zh";
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const words = text.data.trim();
    if (Object.hasOwn(ZH, words)) text.data = text.data.replace(words, ZH[words]);
  }
  for (const named of document.querySelectorAll("[aria-label]")) named.setAttribute("aria-label", t(named.getAttribute("aria-label")));
}

// ---- asking the server -------------------------------------------------------------------

async function ask(path, body) {
  const headers = { "X-Tunesmith-Token": token };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  return { status: answer.status, data: await answer.json() };
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// The same request is sent until it is answered; the server counts a rating that came twice once.
async function askUntilAnswered(path, body) {
  for (;;) {
    try {
      const answer = await ask(path, body);
      tell("");
      return answer;
    } catch {
      tell(t("The server does not answer. What you chose is kept in this window and sent again until it does; start `{0}` again if it has ended.", COMMAND));
      await pause(RETRY_MS);
    }
  }
}

// ---- showing -----------------------------------------------------------------------------

function tell(problem) {
  if (at("problem").textContent !== problem) at("problem").textContent = problem;
  at("problem").hidden = !problem;
}

function say(words) { at("said").textContent = words; }

function part(tag, kind, text) {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = text;
  return made;
}

function fill(box, text, lang) {
  box.dir = "auto";
  if (/^[a-z]{2}$/.test(lang || "")) box.lang = lang;
  else box.removeAttribute("lang");
  box.replaceChildren(text.trim() ? document.createTextNode(text) : part("span", "empty", t("(empty)")));
}

