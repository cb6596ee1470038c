// SPDX-License-Identifier: Apache-2.0
// How things stand, as server-sent events, and changes. Read with fetch, not EventSource, which cannot send the token.

const TOKEN = "cloister-token";
const LONGEST_WAIT = 10_000;

/** The token of the address goes into this tab's memory, and out of the address. */
export function takeToken() {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (found) {
    sessionStorage.setItem(TOKEN, decodeURIComponent(found[1]));
    history.replaceState(null, "", location.pathname);
  }
}

export function setToken(token) {
  if (token) {
    sessionStorage.setItem(TOKEN, token);
  } else {
    sessionStorage.removeItem(TOKEN);
  }
}

export function hasToken() {
  return sessionStorage.getItem(TOKEN) !== null;
}

function headers(more = {}) {
  return hasToken() ? {...more, Authorization: "Bearer " + sessionStorage.getItem(TOKEN)} : more;
}

/** Asks for a change; answers what became of it, or throws an Error that says why not. */
export async function act(name, request) {
  const response = await fetch("/api/do/" + name,
      {method: "POST", headers: headers({"Content-Type": "application/json"}), body: JSON.stringify(request)});
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error);
  }
  return answer;
}

/** Calls onState with each state and onLive with whether there is a connection, as long as the page is looked at. */
export function listen(onState, onLive) {
  let wait = 500;
  let abort = null;

  async function connect() {
    abort = new AbortController();
    try {
      const response = await fetch("/api/feed", {headers: headers(), signal: abort.signal, cache: "no-store"});
      if (!response.ok) {
        throw new Error((await response.json()).error);
      }
      onLive(true, "");
      wait = 500;
      await read(response.body.getReader());
      throw new Error("the connection has ended");
    } catch (problem) {
      if (!document.hidden) {
        onLive(false, problem.message);
        setTimeout(connect, wait);
        wait = Math.min(wait * 2, LONGEST_WAIT);
      } else {
        abort = null;
      }
    }
  }

  async function read(reader) {
    const decoder = new TextDecoder();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rest += decoder.decode(part.value, {stream: true});
      const messages = rest.split("\n\n");
      rest = messages.pop();
      const latest = messages.pop();
      if (latest) { // of several that came at once the last one says it all
        const data = latest.split("\n").find(line => line.startsWith("data: "));
        onState(JSON.parse(data.substring(6)));
      }
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      abort?.abort();
    } else if (abort === null) {
      connect();
    }
  });
  connect();
  return () => abort?.abort();
}
