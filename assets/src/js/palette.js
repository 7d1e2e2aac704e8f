// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// palette turns the search box into a combobox (WAI-ARIA 1.2, list
// autocomplete): options come from the server while a person types, arrows
// walk them, Enter opens one, Escape closes. Nothing happens while an input
// method composes: Vietnamese typing is never disturbed. Without script the
// box is a form that leads to the page of results.
export function palette(words) {
  const form = document.querySelector("form[data-palette]:not([data-ready])");
  if (!form) return;
  form.dataset.ready = "";
  const field = form.querySelector("[data-search]");
  const box = form.querySelector("[data-options]");
  const status = form.querySelector("[data-found]");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": box.id, "aria-expanded": "false" }))
    field.setAttribute(name, value);
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", field.getAttribute("aria-label"));

  let composing = false, timer = 0, asked = null, shown = null;
  const options = () => [...box.querySelectorAll("[role=option]")];
  const at = () => options().findIndex((o) => o.getAttribute("aria-selected") === "true");

  function mark(n) {
    const all = options();
    all.forEach((o, i) => o.setAttribute("aria-selected", String(i === n)));
    if (all[n]) {
      field.setAttribute("aria-activedescendant", all[n].id);
      all[n].scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    asked = null;
    box.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function show(html) {
    box.innerHTML = html;
    const n = options().length;
    box.hidden = n === 0;
    field.setAttribute("aria-expanded", String(n > 0));
    status.textContent = n > 0 ? (words.found || "").replace("{0}", n) : words.none || "";
    mark(-1);
  }

  async function ask() {
    const q = field.value.trim();
    asked?.abort();
    const mine = (asked = new AbortController());
    try {
      const answer = await fetch(`${form.dataset.palette}?q=${encodeURIComponent(q)}`, { signal: mine.signal, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return close();
      const html = await answer.text();
      if (asked !== mine || composing) return;
      shown = q;
      show(html);
    } catch (e) {
      if (e.name !== "AbortError") close();
    }
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 160);
  };

  field.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(timer);
    asked?.abort();
  });
  field.addEventListener("compositionend", () => {
    composing = false;
    soon();
  });
  field.addEventListener("input", (e) => {
    if (!composing && !e.isComposing) soon();
  });
  field.addEventListener("focus", () => {
    if (!composing && (field.value.trim() === "" || shown !== field.value.trim())) soon();
  });
  field.addEventListener("keydown", (e) => {
    // 229 is what a key of an input method says in browsers that do not tell.
    if (composing || e.isComposing || e.keyCode === 229 || e.ctrlKey || e.altKey || e.metaKey) return;
    const all = options();
    if (e.key === "Escape") {
      if (box.hidden) return;
      e.preventDefault();
      e.stopPropagation();
      close();
    } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (box.hidden || all.length === 0) return void ask();
      const step = e.key === "ArrowDown" ? 1 : -1;
      mark(at() < 0 && step < 0 ? all.length - 1 : (at() + step + all.length) % all.length);
    } else if (e.key === "Enter" && !box.hidden && at() >= 0) {
      e.preventDefault();
      location.assign(all[at()].dataset.href);
    } else if (e.key === "Tab") close();
  });
  box.addEventListener("mousedown", (e) => e.preventDefault()); // the field keeps the focus
  box.addEventListener("click", (e) => {
    const option = e.target.closest("[role=option]");
    if (option) location.assign(option.dataset.href);
  });
  document.addEventListener("click", (e) => form.contains(e.target) || close());
  document.addEventListener("focusin", (e) => form.contains(e.target) || box.hidden || close());
}
