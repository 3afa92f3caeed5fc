
const COMMAND = "tunesmith judge";
const CHOICES = { 1: "left", 2: "right", 0: "tie", 3: "both_bad", ArrowLeft: "left", ArrowRight: "right" };
const CHOICE_WORDS = { left: "left is better", right: "right is better", tie: "as good", both_bad: "both bad" };
const SCALE_WORDS = { left: "{0} of the left answer, 1 poor to 5 good", right: "{0} of the right answer, 1 poor to 5 good" };
let annotator = "";
let state = null;
let busy = false;

// ---- asking ------------------------------------------------------------------------------

async function send(path, body) {
  if (busy) return false;
  busy = true;
  lock();
  const { status, data } = await askUntilAnswered(path, body);
  busy = false;
  lock();
  if (status === 200) return show(data);
  if (status === 409) {
    await refresh();
    tell(t("You rated in another window meanwhile; this is where you stand now."));
  } else {
    tell(status === 403 ? t("The server was started again with another token. Open the address that it printed; what you chose is kept.") : data.error);
    at("next").focus();
  }
  return false;
}

const refresh = () => send(`/api/state?annotator=${encodeURIComponent(annotator)}`);

// ---- showing -----------------------------------------------------------------------------

// What was sent must stay what is shown until it is answered.
function lock() {
  at("rate").inert = busy;
  for (const id of ["next", "undo", "end-undo"]) at(id).disabled = busy;
}

function show(next) {
  state = next;
  at("start").hidden = true;
  at("status").hidden = false;
  const left = state.total - state.done;
  at("bar").max = Math.max(state.total, 1);
  at("bar").value = state.done;
  at("count").textContent = t("{0} of {1}, {2} left", state.done, state.total, left);
  at("who").textContent = annotator;
  at("work").hidden = !state.item;
  at("end").hidden = Boolean(state.item);
  if (state.item) showItem(state.item);
  else showEnd();
  return true;
}

function showEnd() {
  const same = state.identical ? t("{0} rows with the same answer from both count as ties.", state.identical) : "";
  at("end-words").textContent = `${t("{0} rated. This window can be closed.", state.done)} ${same}`;
  at("end-title").focus();
  say(t("All rows are rated."));
}

function showItem(item) {
  at("turns").replaceChildren(...item.turns.map((turn) => turnOf(turn, item.lang)));
  if (item.images) at("turns").append(part("p", "hint", t("{0} images are not shown", item.images)));
  fill(at("left"), item.left, item.lang);
  fill(at("right"), item.right, item.lang);
  fill(at("reference"), item.reference, item.lang);
  openReference(false);
  fillForm(draftOf(item) || item.before || {});
  window.scrollTo(0, 0);
  at("question-title").focus({ preventScroll: true });
  say(t("Row {0} of {1}.", state.done + 1, state.total));
}

function turnOf(turn, lang) {
  const box = part("div", "turn", "");
  if (state.item.turns.length > 1 || turn.role !== "user") box.append(part("div", "role", t(turn.role)));
  const text = part("div", "text", "");
  fill(text, turn.text, lang);
  box.append(text);
  return box;
}

function openReference(open) {
  at("reference").hidden = !open;
  at("reference-button").setAttribute("aria-expanded", String(open));
}

// ---- what was chosen, kept in this browser until the server has it -------------------------

const draftKey = (item) => `tunesmith judge ${annotator} ${item.row} ${item.answers}`;

function draftOf(item) {
  try { return JSON.parse(localStorage.getItem(draftKey(item))); } catch { return null; }
}

function keepDraft() {
  if (state?.item) localStorage.setItem(draftKey(state.item), JSON.stringify(chosen()));
}

function chosen() {
  const ratings = {};
  for (const box of document.querySelectorAll(".points")) {
    const input = box.querySelector("input:checked");
    if (input) (ratings[box.dataset.criterion] ||= {})[box.dataset.side] = Number(input.value);
  }
  const choice = at("rate").querySelector("input[name=choice]:checked");
  return { choice: choice ? choice.value : null, ratings, comment: at("comment").value };
}

function fillForm(draft) {
  at("rate").reset();
  at("criteria").replaceChildren(...state.criteria.map(criterionOf));
  at("comment").value = draft.comment || "";
  if (draft.choice) pick(draft.choice);
  for (const box of document.querySelectorAll(".points")) {
    const points = draft.ratings?.[box.dataset.criterion]?.[box.dataset.side];
    if (points) mark(box, points);
  }
}

function pick(choice) {
  at("rate").querySelector(`input[name=choice][value=${choice}]`).checked = true;
}

function mark(box, points) {
  for (const input of box.querySelectorAll("input")) input.checked = Number(input.value) === points;
}

// ---- points for criteria -------------------------------------------------------------------

function criterionOf(name) {
  const line = part("div", "criterion", "");
  const words = t(name.replaceAll("_", " "));
  line.append(part("b", "", words), scaleOf(name, words, "left"), scaleOf(name, words, "right"));
  return line;
}

function scaleOf(name, words, side) {
  const box = part("fieldset", "points", "");
  Object.assign(box.dataset, { criterion: name, side });
  box.append(part("legend", "unseen", t(SCALE_WORDS[side], words)));
  const seen = part("div", "side", t(side));
  seen.setAttribute("aria-hidden", "true");
  box.append(seen);
  for (let points = 1; points <= 5; points += 1) box.append(pointOf(name, side, points));
  return box;
}

function pointOf(name, side, points) {
  const label = part("label", "", "");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: `${name}-${side}`, value: points });
  label.append(input, part("span", "", String(points)));
  return label;
}

function toScale(box) {
  (box.querySelector("input:checked") || box.querySelector("input")).focus();
}

function pointsKey(box, key) {
  if (!/^[0-5]$/.test(key)) return false;
  mark(box, Number(key));
  const all = [...document.querySelectorAll(".points")];
  const next = all[all.indexOf(box) + 1];
  if (key !== "0") next ? toScale(next) : at("next").focus();
  return true;
}

// ---- acting --------------------------------------------------------------------------------

async function next() {
  if (!state?.item) return;
  const answer = chosen();
  if (!answer.choice) return say(t("Choose first: 1 left, 2 right, 0 as good, 3 both bad."));
  keepDraft();
  const item = state.item;
  if (await send("/api/rate", { annotator, number: state.number, row: item.row, ...answer })) localStorage.removeItem(draftKey(item));
}

async function undo() {
  if (state) await send("/api/undo", { annotator, number: state.number });
}

async function start(name) {
  annotator = name.trim().toLowerCase();
  if (await refresh()) sessionStorage.setItem("tunesmith judge", annotator);
}

function choose(choice) {
  pick(choice);
  keepDraft();
  say(t(CHOICE_WORDS[choice]));
}

const LETTERS = {
  r: () => openReference(at("reference").hidden),
  u: undo,
  m: () => at("comment").focus(),
  c: () => { const first = document.querySelector(".points"); if (first) toScale(first); },
  "?": () => { at("help").showModal(); at("help-close").focus(); },
};

function key(event) {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || busy || at("help").open || !state) return;
  if (event.key === "Escape") return document.activeElement.closest("form") && at("question-title").focus({ preventScroll: true });
  if (event.key === "Enter") return enter(event);
  if (event.target.matches("textarea, input[type=text]") || !at("single").checked) return;
  if (act(event)) event.preventDefault();
}

function enter(event) {
  if (event.shiftKey || event.target.closest("button, summary, dialog, #start")) return;
  event.preventDefault();
  next();
}

function act(event) {
  const box = event.target.closest(".points");
  if (box && pointsKey(box, event.key)) return keepDraft() || true;
  if (box && event.key.startsWith("Arrow")) return false;
  if (event.key in CHOICES && state.item) return choose(CHOICES[event.key]) || true;
  const letter = LETTERS[event.key.toLowerCase()];
  if (!letter) return false;
  letter();
  return true;
}

// ---- beginning -----------------------------------------------------------------------------

translate();
history.replaceState(null, "", "/"); // the token leaves the address bar
document.addEventListener("keydown", key);
at("start").addEventListener("submit", (event) => { event.preventDefault(); start(at("name").value); });
at("rate").addEventListener("submit", (event) => { event.preventDefault(); next(); });
at("rate").addEventListener("input", keepDraft);
at("undo").addEventListener("click", undo);
at("end-undo").addEventListener("click", undo);
at("reference-button").addEventListener("click", LETTERS.r);
at("help-button").addEventListener("click", LETTERS["?"]);
at("other").addEventListener("click", () => { sessionStorage.removeItem("tunesmith judge"); location.reload(); });
if (sessionStorage.getItem("tunesmith judge")) start(sessionStorage.getItem("tunesmith judge"));
else at("name").focus();
