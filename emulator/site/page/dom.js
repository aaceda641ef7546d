/** Builds the page's nodes; text from outside becomes text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** `attributes`: `on` (listeners by event), `data`, and any attribute; null and false leave it out. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * Makes the children of `parent` those of `entries` ({key, signature, make}), and keeps every node whose
 * signature is the same, with its focus, scroll position and open details.
 */
export function reconcile(parent, entries) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const wanted = new Set(entries.map((entry) => String(entry.key)));
  for (const [key, node] of old) if (!wanted.has(key)) node.remove();
  entries.forEach((entry, index) => {
    const node = current(old.get(String(entry.key)), entry);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

function current(old, entry) {
  const signature = JSON.stringify(entry.signature ?? null);
  if (old?.signature === signature) return old;
  const focused = old?.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const node = Object.assign(entry.make(old), { signature });
  node.dataset.key = entry.key;
  if (!old) return node;
  node.classList.add("replaced"); // without the animation of a new node
  old.replaceWith(node);
  if (focused) node.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return node;
}
