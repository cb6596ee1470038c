// SPDX-License-Identifier: Apache-2.0
// Puts the page together: one state comes in, everything is drawn from it.

import {drawBuffers, prepareBuffers} from "./buffers.js";
import {drawFaults} from "./faults.js";
import {act, hasToken, listen, setToken, takeToken} from "./feed.js";
import {attribute, text} from "./format.js";
import {drawHeaps} from "./heaps.js";
import {drawMemory} from "./memory.js";

const $ = id => document.getElementById(id);
const THEME = "cloister-theme";

let state = null;

const view = {
  selected: null, // the id of a buffer
  region: null, // the name of a firewall region
  follow: true,
  mayControl: false,
  selectBuffer(id) {
    view.selected = id;
    view.follow = false;
    view.draw();
  },
  selectRegion(name) {
    view.region = view.region === name ? null : name;
    view.draw();
  },
  async act(name, request) {
    try {
      const answer = await act(name, request);
      say(answer.backend ? `${answer.name} is served by ${answer.backend}` : `${answer.name} is served by nobody`);
    } catch (problem) {
      say(problem.message, true);
    }
  },
  draw() {
    if (state !== null) {
      draw();
    }
  },
};

function say(sentence, isProblem = false) {
  text($("said"), sentence);
  $("said").classList.toggle("problem", isProblem);
}

function draw() {
  view.mayControl = state.controlled && hasToken();
  text($("board"), state.board === null ? "this machine" : `board ${state.board.name}`
      + (state.tees.length ? ` · ${state.tees.map(tee => tee.name).join(", ")}` : ""));
  text($("mode"), view.mayControl ? "in control" : "read-only");
  $("mode").classList.toggle("control", view.mayControl);
  drawMemory(state, view);
  drawHeaps(state, view);
  drawBuffers(state, view);
  drawFaults(state);
}

function prepareTheme() {
  const root = document.documentElement;
  const kept = localStorage.getItem(THEME);
  if (kept) {
    root.dataset.theme = kept;
  }
  $("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem(THEME, root.dataset.theme);
  });
}

function prepareUnlock() {
  $("mode").addEventListener("click", () => {
    if (state !== null && !state.controlled) {
      say("Nothing can be changed here: no token is configured. Start with cloister serve --control.");
    } else {
      $("token").value = "";
      $("unlock").returnValue = "";
      $("unlock").showModal();
    }
  });
  $("unlock").addEventListener("close", () => {
    if ($("unlock").returnValue === "ok") {
      setToken($("token").value.trim());
      view.draw();
    }
  });
}

takeToken();
prepareTheme();
prepareUnlock();
prepareBuffers(view);
$("follow").addEventListener("click", () => {
  view.follow = !view.follow;
  if (view.follow) {
    view.selected = null;
  }
  view.draw();
});
listen(fresh => {
  state = fresh;
  draw();
}, (live, why) => {
  text($("live"), live ? "live" : "not connected");
  attribute($("live"), "class", live ? "pill available" : "pill unavailable");
  attribute($("live"), "title", why);
});
