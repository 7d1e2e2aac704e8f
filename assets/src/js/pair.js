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
  const name = decodeURIComponent(location.hash.slice(1));
  const at = name && document.querySelector("[data-pairs]") && document.getElementById(name);
  if (at && !at.querySelector("[autofocus]")) at.querySelector("button[type=submit]")?.focus({ preventScroll: true });
}
