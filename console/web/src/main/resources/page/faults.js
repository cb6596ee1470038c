// SPDX-License-Identifier: Apache-2.0
// Blocked accesses as they happen, and what else happened.

import {attribute, clock, element, keep, text} from "./format.js";

const $ = id => document.getElementById(id);
const MINUTE = 60_000;
const SAY_EVERY = 5_000;
const MOST_ROWS = 16;

let history = [];
let said = {at: 0, count: null};

function drawRate(state) {
  const count = state.board.faults;
  if (history.length && count < history.at(-1).count) {
    history = []; // another board
  }
  history.push({time: state.time, count});
  while (history.length > 2 && history[0].time < state.time - MINUTE) {
    history.shift();
  }
  const rates = history.slice(1).map((point, i) => ({x: 120 - (state.time - point.time) / MINUTE * 120,
    y: (point.count - history[i].count) / Math.max(1, point.time - history[i].time) * 1000}));
  const top = Math.max(1, ...rates.map(rate => rate.y));
  let path = $("fault-rate").firstElementChild;
  if (path === null) {
    path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    $("fault-rate").append(path);
  }
  const line = rates.map(rate => `L${rate.x.toFixed(1)} ${(29 - rate.y / top * 27).toFixed(1)}`).join("");
  attribute(path, "d", rates.length ? `M${rates[0].x.toFixed(1)} 30${line}L120 30Z` : "M0 30H120");
  const now = rates.length ? Math.round(rates.at(-1).y) : 0;
  text($("fault-total"), `${count.toLocaleString("en")} blocked, ${now.toLocaleString("en")} a second now`);
  attribute($("fault-rate"), "aria-label", `Blocked accesses per second in the last minute, at most ${Math.round(top)}`);
  if (said.count === null || state.time - said.at > SAY_EVERY) {
    const more = count - (said.count ?? count);
    text($("fault-said"), said.count === null ? "Every attempt is stopped on the bus."
        : more > 0 ? `${more.toLocaleString("en")} attempts in the last seconds; every one was stopped on the bus.`
        : "Nobody tried anything in the last seconds.");
    said = {at: state.time, count};
  }
}

function drawEvents(state) {
  keep($("event-list"), state.events.slice().reverse(), event => event.number,
      event => element("li", {class: event.kind}, element("time", {}, clock(event.at)), element("b", {}, event.kind),
          ` ${event.heap}: ${event.text}`), () => {});
  text($("counts"), `${state.allocated.toLocaleString("en")} buffers allocated, ${state.freed.toLocaleString("en")} freed since the page is served`);
}

/** Draws faults and events. */
export function drawFaults(state) {
  drawEvents(state);
  $("faults").hidden = state.board === null;
  if (state.board !== null) {
    drawRate(state);
    keep($("fault-list"), state.board.faultSums.slice(0, MOST_ROWS), sum => sum.initiator + sum.access + sum.region + sum.reason,
        () => {
          const row = element("tr");
          ["", "", "", "number", "number mono"].forEach(name => row.append(element("td", {class: name})));
          return row;
        },
        (row, sum) => {
          text(row.children[0], sum.initiator);
          text(row.children[1], sum.access);
          text(row.children[2], sum.region);
          attribute(row, "title", `${sum.length} bytes at ${sum.address}: ${sum.reason}`);
          text(row.children[3], sum.count.toLocaleString("en"));
          text(row.children[4], sum.address);
        });
  }
}
