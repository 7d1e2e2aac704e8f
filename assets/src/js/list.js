// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// rows lets arrow keys walk the rows of a list, and Enter open the row that
// has the focus; right and left open and close what it holds in its place. Keys typed into fields, links and menus are left alone, so
// Vietnamese input methods are never disturbed.
export function rows() {
  for (const list of document.querySelectorAll("table[data-list]:not([data-ready])")) {
    list.dataset.ready = "";
    const all = [...list.querySelectorAll("tr[data-href]")];
    all.forEach((row, i) => (row.tabIndex = i === 0 ? 0 : -1));
    list.addEventListener("keydown", (e) => {
      const at = all.indexOf(e.target);
      if (at < 0 || e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
      if (to !== undefined) {
        e.preventDefault();
        move(all, Math.min(Math.max(to, 0), all.length - 1));
      } else if (e.key === "Enter") {
        location.assign(e.target.dataset.href);
      } else if (e.key === "ArrowRight" || e.key === "ArrowLeft") {
        const whole = e.target.querySelector("details.vg-line");
        if (!whole) return;
        e.preventDefault();
        whole.open = e.key === "ArrowRight";
      } else if (e.key === " ") {
        const box = e.target.querySelector("input[type=checkbox]");
        if (!box) return;
        e.preventDefault();
        box.click();
      }
    });
  }
}

function move(all, to) {
  all.forEach((row, i) => (row.tabIndex = i === to ? 0 : -1));
  all[to].focus();
}

// bulk shows how many rows are chosen.
export function bulk() {
  for (const form of document.querySelectorAll("form[data-bulk]:not([data-ready])")) {
    form.dataset.ready = "";
    const words = form.querySelector("[data-bulk-count]");
    const said = words?.textContent;
    form.addEventListener("change", () => {
      const n = form.querySelectorAll("input[name=id]:checked").length;
      words.textContent = n > 0 ? `${said}: ${n}` : said;
    });
  }
}
