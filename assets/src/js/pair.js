// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// pairs lights what belongs together in a text and in what was read of it, and
// puts the cursor on the first button of what the address names, so that Enter
// takes it. Without script the links between both sides do.
export function pairs() {
  const light = (event) => {
    const of = event.target.closest?.("[data-pair]");
    const root = event.target.closest?.("[data-pairs]");
    document.querySelectorAll(".vg-lit").forEach((x) => x.classList.remove("vg-lit"));
    if (!of || !root) return;
    for (const x of root.querySelectorAll(`[data-pair="${CSS.escape(of.dataset.pair)}"]`)) x.classList.add("vg-lit");
    if (event.type === "focusin" && of.matches("article")) {
      const part = root.querySelector(".vg-pairtext .vg-lit");
      const box = part?.closest(".vg-pairtext");
      if (box) box.scrollTop += part.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4;
    }
  };
  document.addEventListener("mouseover", light);
  document.addEventListener("focusin", light);
  document.addEventListener("keydown", walk);
  const name = decodeURIComponent(location.hash.slice(1));
  const at = name && document.querySelector("[data-pairs]") && document.getElementById(name);
  if (at && !at.querySelector("[autofocus]")) first(at)?.focus({ preventScroll: true });
}

// first is what Enter takes. A question that is open is opened and never answered
// by it; what is decided elsewhere is opened there.
const first = (at) => at.querySelector(".vg-unknown summary") ?? at.querySelector("button[type=submit]") ?? at.querySelector(".vg-elsewhere");

// walk goes from one thing to be decided to the next with the arrow keys, and
// takes its first button with Enter. Keys in fields and on other controls are
// left alone.
function walk(e) {
  if (e.ctrlKey || e.altKey || e.metaKey || e.shiftKey || e.isComposing) return;
  const at = e.target.closest?.("[data-pairs] article");
  if (!at || e.target.matches("input, select, textarea, summary")) return;
  if (e.key === "Enter") {
    if (e.target !== at) return;
    e.preventDefault();
    first(at)?.click();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (!step) return;
  const all = [...at.closest("[data-pairs]").querySelectorAll("article")];
  const to = all[all.indexOf(at) + step];
  if (!to) return;
  e.preventDefault();
  to.focus();
}
