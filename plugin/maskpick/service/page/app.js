import { MaskFile } from "/page/maskfile.js";

const $ = (id) => document.getElementById(id);
const MAX_BYTES = 12_000_000;
const HOVER = [74, 163, 255];
const PICKED = [255, 170, 40];

const state = {
  masks: null, // MaskFile
  visualId: "",
  states: [], // the pictures so far: {bitmap, sid, link}
  picked: new Set(),
  stack: [],
  depth: 0,
  busy: false,
  shapes: new Map(), // "id colour" -> a canvas with the mask's tint and outline
};

// Talking to the service

async function work(path, body) {
  for (;;) {
    const headers = { "Content-Type": "application/json" };
    const token = sessionStorage.getItem("token");
    if (token) headers.api_token = token;
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status === 401) {
      await askForToken();
      continue;
    }
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.detail || `The service answered with ${answer.status}.`);
    return said;
  }
}

async function fetched(link) {
  const answer = await fetch(link);
  if (!answer.ok) throw new Error("The result has expired. Drop the picture again.");
  return answer;
}

function askForToken() {
  $("token").value = "";
  $("ask").showModal();
  return new Promise((resolve) => {
    $("ask").onclose = () => {
      sessionStorage.setItem("token", $("token").value);
      resolve();
    };
  });
}

async function during(words, job) {
  if (state.busy) return;
  state.busy = true;
  $("busy").hidden = false;
  say(words);
  refresh();
  try {
    await job();
  } catch (error) {
    say(error instanceof TypeError ? "The service cannot be reached." : error.message, true);
  } finally {
    state.busy = false;
    $("busy").hidden = true;
    refresh();
  }
}

function say(words, isError = false) {
  $("status").textContent = words;
  $("status").classList.toggle("error", isError);
}

// Pictures

function take(file) {
  if (!file) return;
  during("Looking for the objects…", async () => {
    if (!["image/jpeg", "image/png", "image/webp"].includes(file.type)) {
      throw new Error("Only JPEG, PNG and WebP pictures can be sent.");
    }
    if (file.size > MAX_BYTES) throw new Error("The picture is larger than 12 MB. Scale it down first.");
    const [bitmap, encoded] = await Promise.all([
      createImageBitmap(file).catch(() => {
        throw new Error("The picture is damaged, or not a picture.");
      }),
      base64(file),
    ]);
    const found = await work("/work/find", { file: encoded });
    const masks = await MaskFile.open(await (await fetched(found.mask_file)).arrayBuffer());
    Object.assign(state, { masks, visualId: found.visual_id, states: [{ bitmap, sid: null, link: null }], stack: [], depth: 0 });
    state.picked.clear();
    state.shapes.clear();
    $("drop").hidden = true;
    $("frame").hidden = $("bar").hidden = false;
    paint();
    $("overlay").focus();
    say(`${masks.masks.size} objects. Point at one.`);
  });
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error("The file cannot be read."));
    reader.readAsDataURL(file);
  });
}

function paint() {
  const { bitmap } = state.states.at(-1);
  for (const canvas of [$("picture"), $("overlay")]) {
    canvas.width = state.masks.width;
    canvas.height = state.masks.height;
  }
  $("picture").getContext("2d").drawImage(bitmap, 0, 0, state.masks.width, state.masks.height);
  fit();
  highlight();
}

function fit() {
  if (!state.masks) return;
  const room = $("stage").getBoundingClientRect();
  const scale = Math.min((room.width - 32) / state.masks.width, (room.height - 32) / state.masks.height, 4);
  for (const canvas of [$("picture"), $("overlay")]) {
    canvas.style.width = `${Math.floor(state.masks.width * scale)}px`;
    canvas.style.height = `${Math.floor(state.masks.height * scale)}px`;
  }
}

// Highlighting

async function shape(id, colour) {
  const key = `${id} ${colour}`;
  if (state.shapes.has(key)) return state.shapes.get(key);
  const [, , width, height] = state.masks.masks.get(id).box;
  const coverage = await state.masks.coverage(id);
  const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const thick = Math.max(1, Math.round(state.masks.width / $("overlay").clientWidth));
  const inside = (x, y) => x >= 0 && y >= 0 && x < width && y < height && coverage[y * width + x] >= 128;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (coverage[at] < 1) continue;
      const edge = coverage[at] >= 128
        && !(inside(x - thick, y) && inside(x + thick, y) && inside(x, y - thick) && inside(x, y + thick));
      image.data.set(colour, 4 * at);
      image.data[4 * at + 3] = edge ? 255 : coverage[at] * 0.36;
    }
  }
  context.putImageData(image, 0, 0);
  state.shapes.set(key, canvas);
  return canvas;
}

let drawing = 0;

async function highlight() {
  const turn = ++drawing;
  const wanted = [...state.picked].map((id) => [id, PICKED]);
  const hovered = state.stack[state.depth];
  if (hovered !== undefined && !state.picked.has(hovered)) wanted.push([hovered, HOVER]);
  const shapes = await Promise.all(wanted.map(([id, colour]) => shape(id, colour)));
  if (turn !== drawing) return; // the pointer has moved on meanwhile
  const context = $("overlay").getContext("2d");
  context.clearRect(0, 0, $("overlay").width, $("overlay").height);
  shapes.forEach((one, place) => {
    const [x, y] = state.masks.masks.get(wanted[place][0]).box;
    context.drawImage(one, x, y);
  });
  $("overlay").dataset.hovered = hovered ?? "";
  refresh();
}

function refresh() {
  const name = (id) => state.masks.masks.get(id).name || `object ${id}`;
  const some = state.picked.size > 0;
  $("remove").disabled = !some || state.busy;
  $("clear").disabled = !some;
  $("undo").disabled = state.states.length < 2 || state.busy;
  for (const id of ["layers", "save", "another"]) $(id).disabled = state.busy;
  const hovered = state.stack[state.depth];
  const depth = state.stack.length > 1 ? ` (${state.depth + 1} of ${state.stack.length} here)` : "";
  const pointed = hovered === undefined ? "" : `${name(hovered)}${depth}`;
  const picked = some ? `Picked: ${[...state.picked].map(name).join("; ")}` : "";
  $("picked").textContent = [pointed, picked].filter(Boolean).join(" — ");
}

// Pointing and picking

function point(event) {
  const box = $("overlay").getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) / box.width) * state.masks.width);
  const y = Math.floor(((event.clientY - box.top) / box.height) * state.masks.height);
  const stack = state.masks.at(x, y);
  if (String(stack) !== String(state.stack)) Object.assign(state, { stack, depth: 0 });
  highlight();
}

function pick(id, { shiftKey, altKey }) {
  if (altKey) state.picked.delete(id);
  else if (shiftKey) state.picked.add(id);
  else if (state.picked.size === 1 && state.picked.has(id)) state.picked.clear();
  else state.picked = new Set([id]);
}

function walk(step) {
  if (!state.stack.length) return;
  state.depth = Math.min(state.stack.length - 1, Math.max(0, state.depth + step));
  highlight();
}

$("overlay").addEventListener("pointermove", (event) => state.busy || point(event));
$("overlay").addEventListener("pointerleave", () => {
  state.stack = [];
  highlight();
});
$("overlay").addEventListener("click", (event) => {
  if (state.busy) return;
  if (!state.stack.length) point(event);
  const id = state.stack[state.depth];
  if (id !== undefined) pick(id, event);
  highlight();
});
$("overlay").addEventListener("wheel", (event) => {
  event.preventDefault();
  walk(event.deltaY < 0 ? 1 : -1);
}, { passive: false });
addEventListener("keydown", (event) => {
  if (!state.masks || $("ask").open) return;
  if (event.key === "Escape") $("clear").click();
  else if (event.key === "Delete") $("remove").click();
  else if (event.key === "z" && (event.ctrlKey || event.metaKey)) $("undo").click();
  else if (event.key === "+" || event.key === "-") walk(event.key === "+" ? 1 : -1);
});
new ResizeObserver(fit).observe($("stage"));

// What to do with what is picked

$("clear").onclick = () => {
  state.picked.clear();
  highlight();
};
$("remove").onclick = () => during("Removing…", async () => {
  const { sid } = state.states.at(-1);
  const done = await work("/work/remove", { visual_id: state.visualId, mask_ids: [...state.picked], sid });
  const bitmap = await createImageBitmap(await (await fetched(done.result_url)).blob());
  state.states.push({ bitmap, sid: done.sid, link: done.result_url });
  state.picked.clear();
  paint();
  say("Removed. Undo takes it back.");
});
$("undo").onclick = () => {
  if (state.states.length < 2 || state.busy) return;
  state.states.pop();
  paint();
  say("Taken back.");
};
$("layers").onclick = () => during("Making layers…", async () => {
  const { sid } = state.states.at(-1);
  const done = await work("/work/layers", { visual_id: state.visualId, format: $("format").value, sid });
  download(done.result_url, `maskpick.${$("format").value}`);
  say("The layers are downloaded.");
});
$("save").onclick = () => $("picture").toBlob((blob) => {
  const link = URL.createObjectURL(blob);
  download(link, "maskpick.png");
  setTimeout(() => URL.revokeObjectURL(link), 10_000);
});
$("another").onclick = () => $("file").click();

function download(link, name) {
  const anchor = Object.assign(document.createElement("a"), { href: link, download: name });
  anchor.click();
}

// Ways a picture comes in

$("file").onchange = () => {
  take($("file").files[0]);
  $("file").value = "";
};
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dragging");
});
addEventListener("dragleave", () => document.body.classList.remove("dragging"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dragging");
  take(event.dataTransfer.files[0]);
});
addEventListener("paste", (event) => take(event.clipboardData.files[0]));
