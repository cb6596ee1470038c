// SPDX-License-Identifier: Apache-2.0
// How values are written, and how lists are kept up to date.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes, a number, with one digit after the point where there is a fraction. */
export function size(bytes) {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A number from its hexadecimal form; addresses of boards fit well into 53 bits. */
export function number(hex) {
  return hex === null ? null : Number(hex);
}

export function address(value) {
  return "0x" + value.toString(16);
}

/** Milliseconds as a time span. */
export function age(ms) {
  if (ms < 60_000) {
    return (ms / 1000).toFixed(1) + " s";
  }
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min ${Math.floor(ms / 1000) % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function clock(ms) {
  return new Date(ms).toLocaleTimeString([], {hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false});
}

/** Letters for rights. */
export function rights(access) {
  return {"none": "–", "read": "r", "write": "w", "read-write": "rw"}[access] ?? access;
}

/** A bundle's name without what all of ours begin with. */
export function bundle(name) {
  return name.replace(/^org\.cloister\./, "");
}

/** An element with attributes, properties for those that start with a dot, and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Changes text only where it differs, so that selections and screen readers are left in peace. */
export function text(node, value) {
  if (node.textContent !== value) {
    node.textContent = value;
  }
}

export function attribute(node, name, value) {
  if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

/** Makes the children of a parent those of the items, keeping each node, and with it the focus, as long as its key lives. */
export function keep(parent, items, key, make, update) {
  const old = new Map();
  for (const child of [...parent.children]) {
    old.set(child.dataset.key, child);
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let node = old.get(name);
    if (node) {
      old.delete(name);
    } else {
      node = make(item);
      node.dataset.key = name;
    }
    update(node, item);
    if (node === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(node, place);
    }
  }
  for (const node of old.values()) {
    node.remove();
  }
}
