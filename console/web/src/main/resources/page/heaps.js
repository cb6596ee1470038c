// SPDX-License-Identifier: Apache-2.0
// Heaps: who serves them, who could, how much is free and how broken up it is.

import {attribute, element, keep, number, size, text} from "./format.js";

const $ = id => document.getElementById(id);
const ABLE = new Set(["lost_to_ranking", "overridden"]);
const READ_ONLY = "read-only: the token is missing";

function card(heap, view) {
  const node = element("li", {class: "card"});
  const meter = element("div", {class: "meter"}, element("i", {class: "used"}), element("i", {class: "largest"}));
  const why = element("details", {}, element("summary", {}, "Why"), element("ul", {class: "reasons"}));
  const actions = element("div", {class: "actions"});
  for (const [name, label] of [["drain", "Drain"], ["restore", "Restore"], ["retry", "Retry quarantined"]]) {
    const button = element("button", {type: "button", "data-do": name}, label);
    button.addEventListener("click", () => view.act(name, {heap: heap.name}));
    actions.append(button);
  }
  node.append(element("div", {class: "card-head"}, element("h3"), element("span", {class: "pill"})),
      element("p", {class: "muted what"}), meter, element("p", {class: "space"}),
      element("ul", {class: "backends", "aria-label": "backends of " + heap.name}), actions, why);
  return node;
}

function candidates(heap) {
  const found = new Map();
  heap.explanation.details.forEach((detail, i) => {
    if (detail.backend && !found.has(detail.backend)) {
      found.set(detail.backend, {backend: detail.backend, kind: detail.kind, reason: heap.explanation.reasons[i]});
    }
  });
  return [...found.values()].sort((a, b) => a.backend.localeCompare(b.backend));
}

function drawBackends(list, heap, view) {
  keep(list, candidates(heap), one => one.backend,
      one => {
        const button = element("button", {type: "button"});
        button.addEventListener("click", () => {
          if (button.getAttribute("aria-disabled") !== "true") {
            view.act("swap", {heap: heap.name, backend: one.backend});
          }
        });
        return element("li", {}, button);
      },
      (node, one) => {
        const button = node.firstElementChild;
        const serves = heap.backend === one.backend;
        const able = ABLE.has(one.kind) && view.mayControl;
        text(button, serves ? one.backend + " serves" : ABLE.has(one.kind) ? "Swap to " + one.backend : one.backend);
        attribute(button, "data-backend", one.backend);
        attribute(button, "aria-pressed", serves);
        attribute(button, "aria-disabled", !able);
        attribute(button, "title", ABLE.has(one.kind) && !view.mayControl ? READ_ONLY : one.reason);
      });
}

/** Draws all heaps. */
export function drawHeaps(state, view) {
  keep($("heap-list"), state.heaps, heap => heap.name, heap => card(heap, view), (node, heap) => {
    const capacity = number(heap.capacity);
    const free = number(heap.free);
    const largest = number(heap.largestFree);
    text(node.querySelector("h3"), heap.name);
    const pill = node.querySelector(".pill");
    text(pill, heap.state);
    attribute(pill, "class", "pill " + heap.state);
    text(node.querySelector(".what"), `${heap.restricted ? heap.enforcement + " keeps it" : "not restricted"}, CPU ${heap.cpuAccess}, `
        + `units of ${size(number(heap.granularity))}, ${heap.buffers ?? 0} ${heap.buffers === 1 ? "buffer" : "buffers"}`
        + (heap.regionsUsed === null ? "" : `, ${heap.regionsUsed} ${heap.regionsUsed === 1 ? "region" : "regions"} used, ${heap.regionsLeft} left`));
    const meter = node.querySelector(".meter");
    meter.hidden = !capacity;
    if (capacity) {
      meter.children[0].style.width = (capacity - free) / capacity * 100 + "%";
      meter.children[1].style.width = largest / capacity * 100 + "%";
      const broken = free === 0 ? 0 : Math.round((1 - largest / free) * 100);
      text(node.querySelector(".space"), `${size(free)} of ${size(capacity)} free, the largest block ${size(largest)}: `
          + `${broken} % fragmented` + (number(heap.quarantined) ? `, ${size(number(heap.quarantined))} quarantined` : ""));
    } else {
      text(node.querySelector(".space"), heap.silent ?? (heap.backend ? "it does not tell how much is free" : "nobody serves it"));
    }
    drawBackends(node.querySelector(".backends"), heap, view);
    for (const button of node.querySelectorAll(".actions button")) {
      button.hidden = button.dataset.do === "retry" && !number(heap.quarantined);
      button.disabled = !view.mayControl;
      attribute(button, "title", view.mayControl ? "" : READ_ONLY);
    }
    keep(node.querySelector(".reasons"), heap.explanation.reasons, reason => reason, reason => element("li", {}, reason),
        () => {});
  });
}
