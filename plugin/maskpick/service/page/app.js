import { MaskFile } from "/page/maskfile.js";
import { fetched, work } from "/page/service.js";
import { shape } from "/page/shapes.js";

const $ = (id) => document.getElementById(id);
const MAX_BYTES = 12_000_000;
const HOVER = [74, 163, 255];
const PICKED = [255, 170, 40];
const MOST_SHAPES = 32_000_000; // pixels
const NOTCH = 60; // what a wheel turns by, in pixels, before it counts

const state = {
  masks: null, // MaskFile
  visualId: "",
  name: "picture",
  states: [], // the pictures so far: {bitmap, blob, sid}
  picked: new Set(),
  stack: [], // the masks under the pointer, smallest first
  depth: 0,
  chosen: { stack: [], depth: 0 }, // the same, where the last click was
  busy: false,
  shapes: new Map(), // "id colour" -> a drawn shape
  drawn: 0, // pixels of all of them
};

async function during(words, job) {
  if (state.busy) return;
  state.busy = true;
  $("busy").hidden = false;
  document.body.classList.add("busy");
  say(words);
  refresh();
  try {
    await job();
  } catch (error) {
    say(error instanceof TypeError ? "The service cannot be reached." : error.message, true);
  } finally {
    state.busy = false;
    $("busy").hidden = true;
    document.body.classList.remove("busy");
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
    state.masks = await MaskFile.open(await (await fetched(found.mask_file)).arrayBuffer());
    state.visualId = found.visual_id;
    state.name = file.name.replace(/\.[^.]*$/, "") || "picture";
    state.states = [{ bitmap, blob: file, sid: null }];
    forget();
    $("drop").hidden = true;
    $("frame").hidden = $("bar").hidden = false;
    paint();
    const { size } = state.masks.masks;
    say(size === 0 ? "No objects were found." : size === 1 ? "One object." : `${size} objects.`);
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

function forget() {
  Object.assign(state, { stack: [], depth: 0, chosen: { stack: [], depth: 0 } });
  state.picked.clear();
}

function paint() {
  const { bitmap } = state.states.at(-1);
  const picture = $("picture");
  picture.width = state.masks.width;
  picture.height = state.masks.height;
  picture.getContext("2d").drawImage(bitmap, 0, 0, picture.width, picture.height);
  fit();
}

// Show the picture as large as there is room; the overlay has the screen's own pixels.
function fit() {
  if (!state.masks) return;
  const style = getComputedStyle($("stage"));
  const room = (side, one, other) => $("stage")[side] - parseFloat(style[one]) - parseFloat(style[other]);
  const { width, height } = state.masks;
  const scale = Math.min(
    room("clientWidth", "paddingLeft", "paddingRight") / width,
    room("clientHeight", "paddingTop", "paddingBottom") / height,
    4,
  );
  const [shownWidth, shownHeight] = [width * scale, height * scale].map((one) => Math.max(1, Math.floor(one)));
  for (const canvas of [$("picture"), $("overlay")]) {
    canvas.style.width = `${shownWidth}px`;
    canvas.style.height = `${shownHeight}px`;
  }
  $("picture").classList.toggle("enlarged", scale * devicePixelRatio > 2);
  $("overlay").width = Math.round(shownWidth * devicePixelRatio);
  $("overlay").height = Math.round(shownHeight * devicePixelRatio);
  state.shapes.clear();
  state.drawn = 0;
  highlight();
}

// Highlighting

async function shapeOf(id, colour) {
  const key = `${id} ${colour}`;
  if (!state.shapes.has(key)) {
    const scale = $("overlay").width / state.masks.width;
    const drawn = await shape(state.masks, id, scale, colour, Math.round(1.5 * devicePixelRatio));
    if (state.drawn + drawn.size > MOST_SHAPES) {
      state.shapes.clear();
      state.drawn = 0;
    }
    state.shapes.set(key, drawn);
    state.drawn += drawn.size;
  }
  return state.shapes.get(key);
}

let drawing = 0;

async function highlight() {
  const turn = ++drawing;
  const wanted = [...state.picked].map((id) => [id, PICKED]);
  const hovered = state.stack[state.depth];
  if (hovered !== undefined && !state.picked.has(hovered)) wanted.push([hovered, HOVER]);
  const shapes = await Promise.all(wanted.map(([id, colour]) => shapeOf(id, colour)));
  if (turn !== drawing) return; // the pointer has moved on meanwhile
  const context = $("overlay").getContext("2d");
  context.clearRect(0, 0, $("overlay").width, $("overlay").height);
  for (const { canvas, left, top } of shapes) context.drawImage(canvas, left, top);
  $("overlay").dataset.hovered = hovered ?? "";
  refresh();
}

function refresh() {
  const name = (id) => state.masks.masks.get(id).name || `object ${id}`;
  const some = state.picked.size > 0;
  $("remove").disabled = !some || state.busy;
  $("clear").disabled = !some || state.busy;
  $("undo").disabled = state.states.length < 2 || state.busy;
  $("larger").disabled = state.busy || !canStep(1);
  $("smaller").disabled = state.busy || !canStep(-1);
  for (const id of ["layers", "save", "another"]) $(id).disabled = state.busy;
  const hovered = state.stack[state.depth];
  const depth = state.stack.length > 1 ? ` (${state.depth + 1} of ${state.stack.length} here)` : "";
  const pointed = hovered === undefined ? "" : `${name(hovered)}${depth}`;
  const picked = some ? `Picked: ${[...state.picked].map(name).join(", ")}` : "";
  const only = state.picked.size === 1 && state.picked.has(hovered);
  $("picked").textContent = only ? `Picked: ${pointed}` : [pointed, picked].filter(Boolean).join(" · ");
}

// Pointing and picking

function point(event) {
  const box = $("overlay").getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) / box.width) * state.masks.width);
  const y = Math.floor(((event.clientY - box.top) / box.height) * state.masks.height);
  const stack = state.masks.at(x, y);
  if (String(stack) === String(state.stack)) return;
  Object.assign(state, { stack, depth: state.masks.likeliest(stack) });
  highlight();
}

function pick(id, { shiftKey, altKey }) {
  if (altKey) state.picked.delete(id);
  else if (shiftKey) state.picked.add(id);
  else if (state.picked.size === 1 && state.picked.has(id)) state.picked.clear();
  else state.picked = new Set([id]);
  state.chosen = { stack: state.stack, depth: state.depth };
}

function walk(step) {
  if (!state.stack.length) return;
  state.depth = Math.min(state.stack.length - 1, Math.max(0, state.depth + step));
  highlight();
}

// The buttons, for fingers: in place of what was picked last, what is around it or in it.
function canStep(step) {
  const { stack, depth } = state.chosen;
  return state.picked.has(stack[depth]) && stack[depth + step] !== undefined;
}

function stepPicked(step) {
  if (!canStep(step)) return;
  const { chosen, picked } = state;
  picked.delete(chosen.stack[chosen.depth]);
  chosen.depth += step;
  picked.add(chosen.stack[chosen.depth]);
  highlight();
}

$("overlay").addEventListener("pointermove", (event) => state.busy || point(event));
$("overlay").addEventListener("pointerleave", () => {
  state.stack = [];
  highlight();
});
$("overlay").addEventListener("click", (event) => {
  if (state.busy) return;
  point(event); // a finger has not moved before
  const id = state.stack[state.depth];
  if (id !== undefined) pick(id, event);
  highlight();
});
let turned = 0;
$("overlay").addEventListener("wheel", (event) => {
  event.preventDefault();
  turned += event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * NOTCH;
  if (Math.abs(turned) < NOTCH) return; // a touchpad says a little at a time
  walk(turned < 0 ? 1 : -1);
  turned = 0;
}, { passive: false });
addEventListener("keydown", (event) => {
  if (!state.masks || $("ask").open || event.target.matches("select, input")) return;
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
$("larger").onclick = () => stepPicked(1);
$("smaller").onclick = () => stepPicked(-1);
$("remove").onclick = () => during("Removing…", async () => {
  const { sid } = state.states.at(-1);
  const done = await work("/work/remove", { visual_id: state.visualId, mask_ids: [...state.picked], sid });
  const blob = await (await fetched(done.result_url)).blob();
  state.states.push({ bitmap: await createImageBitmap(blob), blob, sid: done.sid });
  forget();
  paint();
  say("Removed.");
});
$("undo").onclick = () => {
  if (state.states.length < 2 || state.busy) return;
  state.states.pop();
  paint();
  say("Taken back.");
};
$("layers").onclick = () => during("Making layers…", async () => {
  const format = $("format").value;
  const { sid } = state.states.at(-1);
  const done = await work("/work/layers", { visual_id: state.visualId, format, sid });
  download(await (await fetched(done.result_url)).blob(), format);
  say("The layers are downloaded.");
});
$("save").onclick = () => {
  const { blob } = state.states.at(-1); // the very bytes, not drawn and packed anew
  download(blob, { "image/jpeg": "jpg", "image/webp": "webp" }[blob.type] || "png");
};
$("another").onclick = () => $("file").click();

function download(blob, ending) {
  const link = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: link, download: `${state.name}.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(link), 10_000);
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
