
const COMMAND = "tunesmith review";
const MARKS = { accept: "✓", edit: "✎", reject: "✗", open: "·" };
const WORDS = { accept: "accepted", edit: "edited and accepted", reject: "rejected", open: "open" };
const NEEDS = { answer: "It needs an answer.", review: "It needs a person to look." };
const TURN_COLUMNS = ["prompt", "messages", "completion", "chosen", "rejected"];
const COLUMN_WORDS = { rejected: "rejected answer", chosen: "chosen" };
const NEW_ROWS = {
  chat: { prompt: [{ role: "user", content: "" }], completion: [{ role: "assistant", content: "" }] },
  classification: { text: "", label: "" },
  preference: { prompt: [{ role: "user", content: "" }], chosen: [{ role: "assistant", content: "" }], rejected: [{ role: "assistant", content: "" }] },
  text: { text: "" },
};
let state = null;
let place = 0;
let busy = false;
let shownForm = null; // the row that the open form edits
let newRow = null;
const notes = new Map(); // typed and not yet sent, by proposal

const named = (name) => t(COLUMN_WORDS[name] || name);
const current = () => state?.items[place];
const wordOf = (item) => item.decision || "open";

// ---- asking ------------------------------------------------------------------------------

async function send(path, body) {
  if (busy) return null;
  busy = true;
  lock();
  const { status, data } = await askUntilAnswered(path, body);
  busy = false;
  lock();
  if (status === 200) return data;
  if (status === 409) {
    await load();
    tell(t("Another window has decided on this row meanwhile; this is what it says now."));
  } else if (status === 403) tell(t("The server was started again with another token. Open the address that it printed; what you chose is kept."));
  else return { error: data.error };
  return null;
}

async function load() {
  const id = current()?.id;
  const data = await send("/api/state");
  if (!data) return;
  if (data.error) return tell(data.error);
  state = data;
  const known = state.items.findIndex((one) => one.id === id);
  const open = state.items.findIndex((one) => !one.decision);
  place = known >= 0 ? known : Math.max(open, 0);
  at("labels").replaceChildren(...state.labels.map((label) => new Option("", label)));
  fillSlices();
  showAll();
}

async function decide(decision, row, note) {
  const item = current();
  if (!item) return;
  if (decision === "accept" && item.needs === "answer" && item.decision !== "edit") return openForm();
  const body = { proposal: item.id, decision, known: item.known, note: note ?? at("note").value };
  if (row) body.row = row;
  const data = await send("/api/decide", body);
  if (!data) return;
  if (data.error) return refused(data.error, row);
  state.items[place] = data.item;
  Object.assign(state, data, { item: undefined });
  forgetDraft(item.id);
  notes.delete(item.id);
  closeForm();
  if (decision !== "open") toOpen(place);
  showAll();
  if (decision === "open") say(t("Taken back; it is open again."));
}

function refused(why, row) {
  const words = why.replace(/^this row: /, "");
  row ? formProblem("edit-problem", words) : tell(words);
}

function formProblem(id, words) {
  at(id).textContent = words;
  at(id).hidden = !words;
}

// ---- showing -----------------------------------------------------------------------------

function lock() {
  for (const id of ["accept", "edit-button", "reject", "reopen"]) at(id).disabled = busy;
  at("edit").inert = at("write-form").inert = busy;
}

function showAll() {
  const done = state.total - state.open;
  at("bar").max = Math.max(state.total, 1);
  at("bar").value = done;
  at("count").textContent = t("{0} of {1} decided", done, state.total);
  at("counts").textContent = t("{0} accepted, {1} of them edited, {2} rejected, {3} written", state.accepted, state.edited, state.rejected, state.written.length);
  showList();
  showWritten();
  at("work").hidden = !state.total;
  at("nothing").hidden = Boolean(state.total);
  if (state.total) showItem();
}

function showList() {
  const slices = new Map();
  state.items.forEach((item, number) => {
    if (!slices.has(item.slice)) slices.set(item.slice, []);
    slices.get(item.slice).push([item, number]);
  });
  const made = [];
  for (const [name, items] of slices) {
    const done = items.filter(([item]) => item.decision).length;
    const list = part("ul", "", "");
    list.append(...items.map(([item, number]) => entryOf(item, number)));
    made.push(part("h2", "", `${name} (${done}/${items.length})`), list);
  }
  at("list").replaceChildren(...made);
  at("list").querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}

function entryOf(item, number) {
  const entry = part("li", "", "");
  const button = part("button", "", "");
  button.type = "button";
  if (number === place) button.setAttribute("aria-current", "true");
  const mark = part("span", `mark ${wordOf(item)}`, MARKS[wordOf(item)]);
  mark.setAttribute("aria-hidden", "true");
  const text = part("span", "", "");
  text.append(part("span", "unseen", `${t(WORDS[wordOf(item)])}: `), beginOf(item));
  button.append(mark, text);
  button.addEventListener("click", () => goTo(number));
  entry.append(button);
  return entry;
}

function beginOf(item) {
  const block = item.blocks.find((one) => one.now.length);
  const turn = block?.now.findLast((one) => one.role === "user") || block?.now[0];
  return turn ? textOf(turn).slice(0, 80) : t("(empty)");
}

const textOf = (turn) => turn.parts.map(([text]) => text).join("");

function showItem() {
  const item = current();
  at("title").textContent = t("Row {0} of {1}: {2}", place + 1, state.total, item.slice);
  const why = t("Made by {0}, score {1}: {2}.", item.maker, item.score.toFixed(3), item.reason);
  at("why").textContent = item.needs ? `${why} ${t(NEEDS[item.needs])}` : why;
  const by = item.by ? ` (${item.by})` : "";
  at("verdict").textContent = item.decision ? `${t(WORDS[item.decision])}${by}` : t("open");
  at("verdict").className = `verdict-line mark ${wordOf(item)}`;
  at("note").value = notes.get(item.id) ?? item.note;
  at("reopen").hidden = !item.decision;
  at("blocks").replaceChildren(...item.blocks.map((block) => pairOf(block, item)));
  if (item.images) at("blocks").append(part("p", "hint", t("{0} images are not shown", item.images)));
  at("facts").replaceChildren(...item.facts.flatMap(([name, value]) => [part("dt", "", name), part("dd", "", value)]));
  say(t("Row {0} of {1}, {2}.", place + 1, state.total, t(WORDS[wordOf(item)])));
  if (draftOf(item.id)) openForm();
}

function pairOf(block, item) {
  const pair = part("div", item.earlier ? "pair" : "pair alone", "");
  pair.append(sideOf(named(block.name), block.now, "card", "ins", item.lang));
  if (item.earlier) pair.append(sideOf(`${named(block.name)} · ${t(item.earlier === "replaces" ? "the train row that it replaces" : "the train row that it was made from")}`, block.before || [], "card earlier", "del", item.lang));
  return pair;
}

function sideOf(name, turns, kind, mark, lang) {
  const side = part("div", kind, "");
  side.append(part("h3", "", name));
  if (!turns.length) side.append(part("span", "empty", t("(none)")));
  for (const turn of turns) side.append(turnOf(turn, turns.length, mark, lang));
  return side;
}

function turnOf(turn, count, mark, lang) {
  const box = part("div", "turn", "");
  if (turn.role && (count > 1 || turn.role === "system" || turn.role === "tool")) box.append(part("div", "role", t(turn.role)));
  const text = part("div", "text", "");
  fill(text, textOf(turn), lang);
  if (turn.parts.some(([, changed]) => changed)) text.replaceChildren(...turn.parts.map(([words, changed]) => (changed ? markOf(mark, words) : document.createTextNode(words))));
  box.append(text);
  return box;
}

function markOf(tag, words) {
  const made = part(tag, "", "");
  made.append(part("span", "unseen", tag === "ins" ? t("[new] ") : t("[before] ")), words, part("span", "unseen", t(" [end]")));
  return made;
}

// ---- moving ------------------------------------------------------------------------------

function goTo(number) {
  if (busy || !state.items[number]) return;
  closeForm();
  place = number;
  tell("");
  showList();
  showItem();
  at("title").focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function toOpen(from) {
  const order = [...state.items.keys()];
  const next = [...order.slice(from + 1), ...order.slice(0, from)].find((one) => !state.items[one].decision);
  if (next === undefined) return;
  place = next;
  at("title").focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

// ---- editing -----------------------------------------------------------------------------

const draftKey = (id) => `tunesmith review ${id}`;

function draftOf(id) {
  try { return JSON.parse(localStorage.getItem(draftKey(id))); } catch { return null; }
}

function forgetDraft(id) { localStorage.removeItem(draftKey(id)); }

function openForm() {
  const item = current();
  if (!item) return;
  shownForm = draftOf(item.id) || structuredClone(item.form);
  at("fields").replaceChildren(...fieldsOf(shownForm, item.lang, () => localStorage.setItem(draftKey(item.id), JSON.stringify(shownForm))));
  formProblem("edit-problem", "");
  at("edit").hidden = false;
  at("decide").hidden = true;
  const boxes = [...at("fields").querySelectorAll("textarea, input")];
  (boxes.find((one) => !one.value.trim()) || boxes[boxes.length - 1])?.focus();
}

function closeForm() {
  at("edit").hidden = true;
  at("decide").hidden = false;
  shownForm = null;
}

function leaveForm() {
  forgetDraft(current().id);
  closeForm();
  at("title").focus({ preventScroll: true });
}

// A field for every text of a row; what is typed goes into `row`, and `changed` is called.
function fieldsOf(row, lang, changed) {
  const made = [];
  for (const [name, cell] of Object.entries(row)) {
    if (TURN_COLUMNS.includes(name)) cell.forEach((turn, number) => made.push(...fieldOf(cell.length > 1 || name === "prompt" || name === "messages" ? `${named(name)} · ${t(turn.role)}${cell.length > 1 ? ` ${number + 1}` : ""}` : named(name), turn.content, lang, (text) => { turn.content = text; changed(); })));
    else if (name === "completions") cell.forEach((step, number) => made.push(...fieldOf(`${named(name)} ${number + 1}`, step, lang, (text) => { cell[number] = text; changed(); })));
    else made.push(...fieldOf(named(name), cell, lang, (text) => { row[name] = text; changed(); }, name === "label"));
  }
  return made;
}

let fields = 0;

function fieldOf(words, text, lang, changed, short) {
  const label = part("label", "", words);
  const box = document.createElement(short ? "input" : "textarea");
  label.htmlFor = box.id = `field-${(fields += 1)}`;
  if (short) { box.type = "text"; box.setAttribute("list", "labels"); }
  else box.rows = Math.min(Math.max(2, Math.ceil(text.length / 70) + text.split("\n").length - 1), 16);
  box.value = text;
  box.dir = "auto";
  if (/^[a-z]{2}$/.test(lang || "")) box.lang = lang;
  box.addEventListener("input", () => changed(box.value));
  return [label, box];
}

// ---- writing a row -----------------------------------------------------------------------

const NEW_DRAFT = "tunesmith review new row";

function keepNew() { localStorage.setItem(NEW_DRAFT, JSON.stringify(newRow)); }

function startNew(task) {
  newRow = { task, fields: structuredClone(NEW_ROWS[task]) };
  showNew();
}

function showNew() {
  at("task").value = newRow.task;
  at("add-turn").hidden = newRow.task !== "chat";
  at("write-fields").replaceChildren(...fieldsOf(newRow.fields, "", keepNew));
  formProblem("write-problem", "");
}

function openNew() {
  try { newRow ||= JSON.parse(localStorage.getItem(NEW_DRAFT)); } catch { newRow = null; }
  const task = current()?.task;
  if (!newRow) startNew(task in NEW_ROWS ? task : "chat");
  else showNew();
  if (current() && !at("slice").value) at("slice").value = current().slice;
  at("write").showModal();
  at("write-fields").querySelector("textarea, input").focus();
}

function addTurn() {
  const { prompt, completion, messages } = newRow.fields;
  const turns = messages || [...prompt, ...completion];
  newRow.fields = { messages: [...turns, { role: "user", content: "" }, { role: "assistant", content: "" }] };
  keepNew();
  showNew();
}

async function keepRow() {
  const data = await send("/api/write", { row: { task: newRow.task, ...newRow.fields }, slice: at("slice").value });
  if (!data) return at("write").close();
  if (data.error) return formProblem("write-problem", data.error.replace(/^this row: /, ""));
  Object.assign(state, data);
  localStorage.removeItem(NEW_DRAFT);
  startNew(newRow.task);
  showAll();
  if (!data.added) return formProblem("write-problem", t("This row was written down before."));
  say(t("The row is kept."));
  at("write-fields").querySelector("textarea, input").focus();
}

function fillSlices() {
  const names = [...new Set(state.items.map((item) => item.slice))];
  const chosen = at("slice").value;
  at("slice").replaceChildren(new Option(t("of no slice"), ""), ...names.map((name) => new Option(name, name)));
  at("slice").value = names.includes(chosen) ? chosen : "";
}

function showWritten() {
  at("written-box").hidden = !state.written.length;
  at("written-title").textContent = t("{0} written so far", state.written.length);
  at("written").replaceChildren(...state.written.map((row) => part("li", "", row.blocks.flatMap((block) => block.now.map(textOf)).join(" → "))));
}

// ---- keys --------------------------------------------------------------------------------

const LETTERS = {
  a: () => decide("accept"),
  r: () => decide("reject"),
  e: openForm,
  u: () => { if (current()?.decision) decide("open", null, ""); },
  j: () => goTo(place + 1),
  k: () => goTo(place - 1),
  arrowdown: () => goTo(place + 1),
  arrowup: () => goTo(place - 1),
  n: () => { closeForm(); toOpen(place); showList(); showItem(); },
  m: () => at("note").focus(),
  w: openNew,
  "?": () => { at("help").showModal(); at("help-close").focus(); },
};

function key(event) {
  if (event.isComposing || busy || !state) return;
  const closed = !at("write").open && !at("help").open;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return submit(event);
  if (event.ctrlKey || event.altKey || event.metaKey || !closed) return;
  if (event.key === "Escape") return escape_();
  if (event.target.matches("textarea, input[type=text], select") || !at("single").checked) return;
  const letter = LETTERS[event.key.toLowerCase()];
  if (!letter || (!state.total && !"w?".includes(event.key.toLowerCase()))) return;
  event.preventDefault();
  letter();
}

function submit(event) {
  event.preventDefault();
  if (at("write").open) keepRow();
  else if (shownForm) decide("edit", shownForm);
}

function escape_() {
  if (shownForm) leaveForm();
  else at("title").focus({ preventScroll: true });
}

// ---- beginning -----------------------------------------------------------------------------

translate();
history.replaceState(null, "", "/"); // the token leaves the address bar
document.addEventListener("keydown", key);
at("accept").addEventListener("click", LETTERS.a);
at("reject").addEventListener("click", LETTERS.r);
at("edit-button").addEventListener("click", openForm);
at("reopen").addEventListener("click", LETTERS.u);
at("before").addEventListener("click", LETTERS.k);
at("after").addEventListener("click", LETTERS.j);
at("note").addEventListener("input", () => notes.set(current().id, at("note").value));
at("cancel").addEventListener("click", leaveForm);
at("edit").addEventListener("submit", (event) => { event.preventDefault(); decide("edit", shownForm); });
at("write-button").addEventListener("click", openNew);
at("write-close").addEventListener("click", () => at("write").close());
at("write-form").addEventListener("submit", (event) => { event.preventDefault(); keepRow(); });
at("task").addEventListener("change", () => startNew(at("task").value));
at("add-turn").addEventListener("click", addTurn);
at("help-button").addEventListener("click", LETTERS["?"]);
window.addEventListener("focus", () => { if (state && !busy && !shownForm && !at("write").open) load(); });
if (matchMedia("(max-width: 860px)").matches) at("list-box").open = false;
load();
