// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// search puts the focus into the search field on Ctrl+K.
export function search() {
  document.addEventListener("keydown", (e) => {
    const field = document.querySelector("[data-search]");
    if (!field || e.key.toLowerCase() !== "k" || !(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey) return;
    e.preventDefault();
    field.focus();
    field.select();
  });
}

// menus closes an open menu on Escape, on a click beside it, and when another
// opens.
export function menus() {
  window.addEventListener("resize", tables);
  const open = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (e) => {
    for (const menu of open()) if (!menu.contains(e.target)) menu.open = false;
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
  });
}

// tables makes a scrolling region reachable by Tab only while it scrolls.
export function tables() {
  for (const el of document.querySelectorAll(".vg-scroll")) {
    if (el.scrollWidth > el.clientWidth) el.tabIndex = 0;
    else el.removeAttribute("tabindex");
  }
}

// paper unfolds the cards of the page for as long as it is printed.
export function paper() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.vg-fold:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
    opened = [];
  });
}
