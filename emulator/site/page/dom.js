/** Builds the page's nodes: whatever was received only ever becomes text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** `attributes`: class, on (listeners by event), data, text, and any attribute; null and false leave it out. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") listen(node, value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function listen(node, handlers) {
  for (const [event, handler] of Object.entries(handlers)) node.addEventListener(event, handler);
}

/**
 * Makes the children of `parent` those of `entries` ({key, signature, make}), and keeps every node whose
 * signature is the same: focus, scrolling and what is folded open survive.
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
  if (old && old.signature === signature) return old;
  const node = entry.make(old);
  node.dataset.key = entry.key;
  node.signature = signature;
  if (old) replace(old, node);
  return node;
}

function replace(old, node) {
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  if (old === node) return;
  node.classList.add("still"); // it has been here before: it does not arrive again
  old.replaceWith(node);
  if (focused) node.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}
