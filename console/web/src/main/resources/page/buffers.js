// SPDX-License-Identifier: Apache-2.0
// Live buffers by owner and age, and the walk of one of them.

import {address, age, attribute, bundle, element, keep, number, rights, size, text} from "./format.js";
import {colour} from "./memory.js";

const $ = id => document.getElementById(id);
const MOST_ROWS = 200;
const MOST_STEPS = 40;

const oldest = buffer => buffer.holds.length ? buffer.holds[0].ageMs : 0;
const owners = buffer => [...new Set(buffer.holds.map(hold => hold.owner))];
const users = buffer => buffer.uses.map(use => `${use.initiator} ${rights(use.access)}${use.mapped ? "" : " (idle)"}`);

const COLUMNS = [
  {name: "Id", order: buffer => buffer.id, show: buffer => String(buffer.id), number: true},
  {name: "Name", order: buffer => buffer.name, show: buffer => buffer.name || "–"},
  {name: "Heap", order: buffer => buffer.heap, show: buffer => `${buffer.heap} · ${buffer.backend}`},
  {name: "Size", order: buffer => -number(buffer.size), show: buffer => size(number(buffer.size)), number: true},
  {name: "Age", order: buffer => -oldest(buffer), show: buffer => buffer.holds.length ? age(oldest(buffer)) : "–", number: true},
  {name: "Held by", order: buffer => owners(buffer).join(), show: buffer => owners(buffer).map(bundle).join(", ") || "devices only"},
  {name: "Devices", order: buffer => users(buffer).join(), show: buffer => [...new Set(users(buffer))].join(", ") || "–"},
];
let sorted = 4;
let journey = {id: null, steps: [], last: ""};

/** Makes the headings, each a button that sorts. */
export function prepareBuffers(view) {
  COLUMNS.forEach((column, i) => {
    const button = element("button", {type: "button", class: "plain"}, column.name);
    button.addEventListener("click", () => {
      sorted = i;
      view.draw();
    });
    $("buffer-head").append(element("th", {scope: "col", class: column.number ? "number" : ""}, button));
  });
  $("owner").addEventListener("change", () => view.draw());
}

function drawOwners(state) {
  const byOwner = new Map();
  for (const buffer of state.buffers) {
    for (const owner of owners(buffer).length ? owners(buffer) : [buffer.payer]) {
      const sum = byOwner.get(owner) ?? {owner, count: 0, bytes: 0, oldest: 0};
      sum.count++;
      sum.bytes += number(buffer.size);
      sum.oldest = Math.max(sum.oldest, oldest(buffer));
      byOwner.set(owner, sum);
    }
  }
  const all = [...byOwner.values()].sort((a, b) => b.bytes - a.bytes);
  keep($("owners"), all, sum => sum.owner, () => element("li", {}, element("b"), element("span", {class: "muted"})),
      (node, sum) => {
        text(node.children[0], bundle(sum.owner));
        text(node.children[1], `${sum.count} of ${size(sum.bytes)}, the oldest ${age(sum.oldest)}`);
      });
  const select = $("owner");
  if (document.activeElement !== select) { // a list that is open stays as it is
    const chosen = select.value;
    const names = [...new Set(["", ...all.map(sum => sum.owner), ...(chosen ? [chosen] : [])])];
    keep(select, names, name => name, name => element("option", {value: name}, name ? bundle(name) : "all bundles"), () => {});
    select.value = chosen;
  }
}

function drawTable(state, view) {
  [...$("buffer-head").children].forEach((head, i) => attribute(head, "aria-sort", i === sorted ? "ascending" : "none"));
  const chosen = $("owner").value;
  const order = COLUMNS[sorted].order;
  const shown = state.buffers.filter(buffer => !chosen || buffer.payer === chosen || owners(buffer).includes(chosen))
      .sort((a, b) => order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : a.id - b.id);
  keep($("buffer-list"), shown.slice(0, MOST_ROWS), buffer => buffer.id,
      buffer => {
        const row = element("tr");
        COLUMNS.forEach(column => row.append(element("td", {class: column.number ? "number" : ""})));
        const button = element("button", {type: "button", class: "link"});
        button.addEventListener("click", () => view.selectBuffer(buffer.id));
        row.firstElementChild.append(button);
        return row;
      },
      (row, buffer) => {
        row.classList.toggle("selected", buffer.id === view.selected);
        COLUMNS.forEach((column, i) => text(i === 0 ? row.children[0].firstElementChild : row.children[i], column.show(buffer)));
        attribute(row.children[0].firstElementChild, "aria-label", `Walk with buffer ${buffer.id}`);
      });
  text($("buffer-more"), shown.length > MOST_ROWS ? `and ${shown.length - MOST_ROWS} more`
      : shown.length === 0 ? "Nobody holds a buffer right now." : "");
}

function regionOf(state, buffer) {
  if (state.board === null || buffer.memory.length === 0) {
    return null;
  }
  const at = number(buffer.memory[0].address);
  const matching = state.board.regions.filter(one => number(one.base) <= at && at < number(one.base) + number(one.size));
  return matching.find(one => !one.background) ?? matching[0] ?? null;
}

/** Each step: a title, what it is, a remark, and how it looks. */
function steps(state, buffer) {
  const heap = state.heaps.find(one => one.name === buffer.heap);
  const region = regionOf(state, buffer);
  const list = [
    {title: "Heap", what: buffer.heap, remark: `for ${buffer.useCase}; ${buffer.restricted ? "the CPU: " + (heap?.cpuAccess ?? "?") : "not restricted"}`},
    {title: "Backend", what: buffer.backend, remark: `generation ${buffer.generation}, kept by ${heap?.enforcement ?? "?"}`},
    {title: "Memory", what: buffer.memory.length ? address(number(buffer.memory[0].address)) : "nobody here knows",
      remark: size(number(buffer.size)) + (buffer.memory.length > 1 ? ` in ${buffer.memory.length} pieces` : ""), mono: true},
  ];
  if (region !== null) {
    list.push({title: "Firewall", what: region.name, remark: "region " + region.number, colour: colour(region.name)});
  }
  list.push({title: "Held by", what: owners(buffer).map(bundle).join(", ") || "nobody but devices",
    remark: buffer.holds.length ? "for " + age(oldest(buffer)) : ""});
  const seen = new Set();
  for (const use of [...buffer.uses].sort((a, b) => (a.initiator === "display") - (b.initiator === "display"))) {
    if (!seen.has(use.importer)) {
      seen.add(use.importer);
      const granted = region?.rights[use.initiator];
      list.push({title: "Device", what: use.initiator, remark: `${use.importer}: ${use.access}`
          + (granted ? `, the firewall grants ${granted}` : ""), busy: use.mapped,
        state: use.mapped ? "at work" : "attached"});
    }
  }
  if (buffer.uses.some(use => /scan-?out/.test(use.importer) || use.initiator === "display")) {
    list.push({title: "Panel", what: "protected output", remark: "what it shows has never been readable", busy: true});
  }
  return list;
}

function keptOut(state, buffer) {
  const region = regionOf(state, buffer);
  return region === null ? "" : Object.entries(region.rights).filter(([, access]) => access === "none").map(([who]) => who).join(", ");
}

function record(buffer) {
  const now = `${buffer.state}; held by ${owners(buffer).map(bundle).join(", ") || "nobody but devices"}; `
      + `${buffer.uses.map(use => use.initiator + (use.mapped ? " at work" : " attached")).join(", ") || "no device"}; in memory of ${buffer.backend}`;
  if (journey.id !== buffer.id) {
    journey = {id: buffer.id, steps: [], last: ""};
  }
  if (journey.last !== now) {
    journey.last = now;
    journey.steps.push({at: Date.now(), what: now});
    journey.steps.splice(0, journey.steps.length - MOST_STEPS);
  }
}

function choose(state, view) {
  if (view.follow && !state.buffers.some(buffer => buffer.id === view.selected)) {
    const onDisplay = state.buffers.filter(buffer => buffer.uses.some(use => use.initiator === "display"));
    const candidates = onDisplay.length ? onDisplay : state.buffers;
    if (candidates.length) {
      view.selected = candidates.at(-1).id;
    }
  }
}

function drawWalk(state, view) {
  const buffer = state.buffers.find(one => one.id === view.selected);
  attribute($("follow"), "aria-pressed", view.follow);
  if (buffer) {
    record(buffer);
    const out = keptOut(state, buffer);
    text($("walk-which"), `Buffer ${buffer.id}${buffer.name ? ", " + buffer.name : ""}, ${buffer.state}.`
        + (out ? ` Kept out: ${out}.` : ""));
    keep($("steps"), steps(state, buffer), step => step.title + step.what + (step.title === "Device" ? step.remark.split(":")[0] : ""),
        () => element("li", {}, element("span", {class: "title"}), element("b"), element("span", {class: "muted"}),
            element("em")),
        (node, step) => {
          attribute(node, "class", (step.busy ? "busy " : "") + (step.mono ? "mono " : "")
              + (step.colour === undefined ? "" : "c" + step.colour));
          text(node.children[0], step.title);
          text(node.children[1], step.what);
          text(node.children[2], step.remark);
          text(node.children[3], step.state ?? "");
        });
  } else if (view.selected === null) {
    text($("walk-which"), "Choose a buffer in the map or in the list.");
    $("steps").replaceChildren();
  } else if (journey.last !== "released") {
    journey.last = "released";
    journey.steps.push({at: Date.now(), what: "released: its memory went back to the pool"});
    text($("walk-which"), `Buffer ${view.selected} is released; this is where it was last.`);
  }
  keep($("journey"), journey.steps.slice().reverse(), step => step.at + step.what,
      step => element("li", {}, element("time", {}, new Date(step.at).toLocaleTimeString([], {hour12: false})), step.what),
      () => {});
}

/** Draws all that is about buffers. */
export function drawBuffers(state, view) {
  choose(state, view);
  drawOwners(state);
  drawTable(state, view);
  drawWalk(state, view);
}
