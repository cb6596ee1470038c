// SPDX-License-Identifier: Apache-2.0
// The memory map: banks at one scale, protected ranges each at its own, and who may touch what.

import {address, attribute, element, keep, number, rights, size, text} from "./format.js";

const $ = id => document.getElementById(id);
const COLOURS = 8;
const LEAST_SHARE = 0.4; // per cent of the width: what is smaller could not be seen

const colours = new Map();

/** Regions of one kind keep one colour, and different ones get different ones as long as there are enough. */
export function colour(name) {
  const kind = name.replace(/[-@][0-9a-f]*$/, "");
  if (!colours.has(kind)) {
    colours.set(kind, colours.size % COLOURS);
  }
  return colours.get(kind);
}

function place(node, base, length, from, total) {
  const share = Math.max(LEAST_SHARE, length / total * 100);
  node.style.left = Math.min(100 - share, (base - from) / total * 100) + "%";
  node.style.width = share + "%";
}

function range(thing) {
  return `${address(number(thing.base))} to ${address(number(thing.base) + number(thing.size) - 1)}, ${size(number(thing.size))}`;
}

function mayDo(region) {
  const able = Object.entries(region.rights).filter(([, access]) => access !== "none");
  return able.length === 0 ? "nobody may touch it" : "may touch it: "
      + able.map(([who, access]) => who + " " + access).join(", ");
}

/** Pieces of buffers that lie in a range. */
function pieces(buffers, base, length) {
  return buffers.flatMap(buffer => buffer.memory.map((extent, index) => ({buffer, index,
    base: number(extent.address), size: number(extent.length)})))
    .filter(piece => piece.base < base + length && base < piece.base + piece.size);
}

function pieceLabel({buffer, base, size: bytes}) {
  const users = buffer.uses.filter(use => use.mapped).map(use => use.initiator);
  return `buffer ${buffer.id}${buffer.name ? " (" + buffer.name + ")" : ""}, ${size(bytes)} at ${address(base)}, `
      + (users.length ? "in use by " + [...new Set(users)].join(", ") : "no device is at work on it");
}

function drawPieces(parent, found, from, total, view, focusable) {
  keep(parent, found, piece => piece.buffer.id + "/" + piece.index,
      piece => {
        const node = element(focusable ? "button" : "i", focusable ? {type: "button"} : {});
        node.className = "piece";
        if (focusable) {
          node.addEventListener("click", () => view.selectBuffer(piece.buffer.id));
        }
        return node;
      },
      (node, piece) => {
        place(node, piece.base, piece.size, from, total);
        node.classList.toggle("busy", piece.buffer.uses.some(use => use.mapped));
        node.classList.toggle("selected", piece.buffer.id === view.selected);
        if (focusable) {
          attribute(node, "aria-label", pieceLabel(piece));
          attribute(node, "title", pieceLabel(piece));
        }
      });
}

function bank() {
  const node = element("div", {class: "bank"});
  node.append(element("p", {class: "bank-name"}),
      element("div", {class: "bar"}, element("div", {class: "areas"}), element("div", {class: "regions"}),
          element("div", {class: "pieces"})),
      element("div", {class: "axis", "aria-hidden": "true"}));
  for (let i = 0; i <= 4; i++) {
    node.lastElementChild.append(element("span"));
  }
  return node;
}

function drawBanks(state, view) {
  const banks = state.board.areas.filter(area => area.kind === "normal" || area.kind === "secure")
      .sort((a, b) => number(b.size) - number(a.size));
  const largest = Math.max(...banks.map(area => number(area.size)));
  keep($("banks"), banks, area => area.name, bank, (node, area) => {
    const from = number(area.base);
    const total = number(area.size);
    const inside = thing => number(thing.base) < from + total && from < number(thing.base) + number(thing.size);
    text(node.firstElementChild, `${area.kind === "secure" ? "Secure RAM" : "Normal RAM"}, ${size(total)}`);
    const bar = node.querySelector(".bar");
    bar.style.width = Math.max(1.5, total / largest * 100) + "%";
    bar.classList.toggle("secure", area.kind === "secure");
    keep(bar.querySelector(".areas"), state.board.areas.filter(other => other.kind === "contiguous" && inside(other)),
        other => other.name, () => element("i", {class: "contiguous"}), (one, other) => {
          place(one, number(other.base), number(other.size), from, total);
          attribute(one, "title", `${other.name}: contiguous area, ${range(other)}`);
        });
    keep(bar.querySelector(".regions"), state.board.regions.filter(region => !region.background && inside(region)),
        region => region.number + region.name,
        region => {
          const one = element("button", {type: "button", class: "region c" + colour(region.name)});
          one.addEventListener("click", () => view.selectRegion(one.dataset.name));
          return one;
        },
        (one, region) => {
          one.dataset.name = region.name;
          place(one, number(region.base), number(region.size), from, total);
          const label = `firewall region ${region.number}, ${region.name}, ${range(region)}; ${mayDo(region)}`;
          attribute(one, "aria-label", label);
          attribute(one, "title", label);
          one.classList.toggle("selected", region.name === view.region);
        });
    drawPieces(bar.querySelector(".pieces"), pieces(state.buffers, from, total), from, total, view, false);
    const axis = node.querySelector(".axis");
    axis.hidden = total / largest < 0.3;
    [...axis.children].forEach((mark, i) => text(mark, address(from + Math.round(total / 4 * i))));
  });
}

function lane(region) {
  const node = element("li", {class: "lane c" + colour(region.name)});
  node.append(element("div", {class: "lane-head"}, element("b"), element("span", {class: "muted mono"}),
      element("ul", {class: "chips", "aria-label": "who may touch it"})),
      element("div", {class: "bar"}), element("p", {class: "muted lane-foot"}));
  return node;
}

function drawLanes(state, view) {
  const regions = state.board.regions.filter(region => !region.background)
      .sort((a, b) => number(a.base) - number(b.base));
  keep($("lanes"), regions, region => region.number + region.name, lane, (node, region) => {
    const from = number(region.base);
    const total = number(region.size);
    const found = pieces(state.buffers, from, total);
    node.classList.toggle("selected", region.name === view.region);
    const head = node.firstElementChild;
    text(head.children[0], `${region.number} · ${region.name}`);
    text(head.children[1], `${address(from)} + ${size(total)}`);
    const able = Object.entries(region.rights).filter(([, access]) => access !== "none");
    keep(head.children[2], able, ([who]) => who, () => element("li"),
        (chip, [who, access]) => text(chip, `${who} ${rights(access)}`));
    drawPieces(node.children[1], found, from, total, view, true);
    const used = found.reduce((sum, piece) => sum + piece.size, 0);
    text(node.children[2], found.length === 0 ? "no live buffer"
        : `${found.length} ${found.length === 1 ? "buffer" : "buffers"}, ${size(used)} of ${size(total)}`);
  });
}

function drawMatrix(state, view) {
  const initiators = state.board.initiators;
  keep($("matrix-head"), [{name: ""}, ...initiators], one => one.name || "region",
      one => one.name === "" ? element("th", {scope: "col"}, "Region") : element("th", {scope: "col", class: "who"},
          element("span", {}, one.name)),
      (node, one) => node.classList.toggle("secure", one.secure === true));
  keep($("matrix"), state.board.regions, region => region.number + region.name,
      region => element("tr", {}, element("th", {scope: "row"})),
      (row, region) => {
        row.classList.toggle("selected", region.name === view.region);
        text(row.firstElementChild, `${region.number} · ${region.name}${region.background ? " (background)" : ""}`);
        while (row.children.length <= initiators.length) {
          row.append(element("td"));
        }
        initiators.forEach((one, i) => {
          const access = region.rights[one.name] ?? "none";
          const cell = row.children[i + 1];
          text(cell, rights(access));
          attribute(cell, "class", "may " + access);
          attribute(cell, "title", `${one.name}: ${access}`);
        });
      });
  text($("regions-left"), `firewall ${state.board.firewall}, ${state.board.regions.length} regions, `
      + `${state.board.regionsLeft > 9999 ? "no end of" : state.board.regionsLeft} left`);
}

/** Draws all that is about memory. */
export function drawMemory(state, view) {
  $("memory").hidden = $("access").hidden = state.board === null;
  if (state.board !== null) {
    drawBanks(state, view);
    drawLanes(state, view);
    drawMatrix(state, view);
  }
}
