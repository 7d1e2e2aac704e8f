// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// grid makes table[data-grid] a grid of one tab stop (WAI-ARIA 1.2): arrows, or
// h j k l, go from cell to cell, Home and End to the ends of a row, with Ctrl to
// those of the table; Page Up and Page Down ten rows, and on to the page before
// or behind at an end; Enter opens what a cell links to, / goes to the filter and
// Escape back, ? shows the keys. Letters are heard in the grid alone, so Vietnamese
// input methods are never disturbed. Without script it is a table of links.
export function grid() {
  for (const table of document.querySelectorAll("table[data-grid]:not([data-ready])")) {
    table.dataset.ready = "";
    table.setAttribute("role", "grid");
    const state = `vg-grid:${location.pathname}`;
    const first = start(table, state);
    offer(table);
    for (const stop of table.querySelectorAll("th, td")) face(stop).tabIndex = -1;
    if (first) first.tabIndex = 0;
    table.addEventListener("keydown", (e) => press(e, table));
    table.addEventListener("focusin", (e) => {
      const cell = e.target.closest("th, td");
      if (!cell || face(cell) !== e.target) return;
      for (const was of table.querySelectorAll('[tabindex="0"]')) was.tabIndex = -1;
      e.target.tabIndex = 0;
      label(table, cell, e.target);
    });
    table.addEventListener("click", (e) => {
      const link = e.target.closest("a");
      if (link) sessionStorage.setItem(state, link.getAttribute("href"));
    });
  }
}

// face is what of a cell takes the focus: its link, else itself.
const face = (cell) => cell.querySelector("a") || cell;

// lines are the rows that can be walked: not the heads of groups.
const lines = (table) => [...table.rows].filter((row) => row.cells.length > 2 || table.rows[0].cells.length < 3);

// start is where Tab enters: the cell that was opened last, which has the focus
// when one comes back, else the first below the heads.
function start(table, state) {
  const href = sessionStorage.getItem(state);
  sessionStorage.removeItem(state);
  const last = href && [...table.querySelectorAll("a")].find((a) => a.getAttribute("href") === href);
  if (last) setTimeout(() => document.activeElement === document.body && go(table, last));
  const row = lines(table)[1];
  return last || (row && face(row.cells[Math.min(1, row.cells.length - 1)]));
}

// go gives a cell the focus and keeps it clear of the heads that stay in place.
function go(table, target) {
  const box = table.parentElement;
  const side = table.tBodies[0]?.rows[0]?.cells[0];
  box.style.scrollPadding = `${table.tHead.offsetHeight + 4}px 4px ${(table.tFoot?.offsetHeight || 0) + 4}px ${(side?.offsetWidth || 0) + 4}px`;
  target.focus({ preventScroll: true });
  target.closest("th, td").scrollIntoView({ block: "nearest", inline: "nearest" });
}

// label says, of the cell that has the focus, the unit, the requirement, its state
// and its value.
function label(table, cell, target) {
  if (target.hasAttribute("aria-label") || cell.tagName === "TH") return;
  const text = (el) => (el ? (el.querySelector("a") || el).textContent.trim().replace(/\s+/g, " ") : "");
  const parts = [text(cell.parentElement.cells[0]), text(table.tHead.rows[0].cells[cell.cellIndex])];
  const said = [cell.querySelector("svg")?.getAttribute("aria-label"), cell.querySelector("b")?.textContent || cell.title || cell.textContent, cell.querySelector("small")?.textContent];
  const words = said.map((s) => (s || "").trim()).filter((s, i, all) => s && all.indexOf(s) === i);
  target.setAttribute("aria-label", `${parts.join(" · ")}: ${words.join(", ")}`);
}

const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], j: [1, 0], k: [-1, 0], l: [0, 1], h: [0, -1], PageDown: [10, 0], PageUp: [-10, 0] };

function press(e, table) {
  const cell = e.target.closest("th, td");
  if (!cell || face(cell) !== e.target || e.altKey || e.metaKey || e.isComposing || e.keyCode === 229) return;
  const all = lines(table);
  let y = all.indexOf(cell.parentElement), x = cell.cellIndex;
  if (y < 0) return;
  if (e.key === "Home") [y, x] = e.ctrlKey ? [0, 0] : [y, 0];
  else if (e.key === "End") [y, x] = e.ctrlKey ? [all.length - 1, all[y].cells.length - 1] : [y, all[y].cells.length - 1];
  else if (e.ctrlKey) return;
  else if (e.key === "/") return act(e, () => filter(table, e.target));
  else if (e.key === "?") return act(e, () => help(table, e.target));
  else if (steps[e.key]) {
    const [down, right] = steps[e.key];
    const to = Math.min(Math.max(y + down, 0), all.length - 1);
    const turn = e.key === "PageDown" ? "next" : e.key === "PageUp" ? "prev" : "";
    const page = turn && to === y && document.querySelector(`main a[rel=${turn}]`);
    if (page) return act(e, () => page.click());
    [y, x] = [to, x + right];
  } else return;
  act(e, () => go(table, face(all[y].cells[Math.min(Math.max(x, 0), all[y].cells.length - 1)])));
}

function act(e, fn) {
  e.preventDefault();
  fn();
}

// filter goes to the first field of the filter; Escape there comes back.
function filter(table, from) {
  const field = document.querySelector("main form.vg-filter input:not([type=hidden])");
  if (!field) return;
  field.focus();
  field.select();
  field.addEventListener("keydown", function back(e) {
    if (e.key !== "Escape" || e.isComposing) return;
    field.removeEventListener("keydown", back);
    act(e, () => go(table, from));
  });
}

// help unfolds the keys; Escape folds them and comes back.
function help(table, from) {
  const keys = document.querySelector("details[data-keys]");
  if (!keys) return;
  keys.open = true;
  keys.querySelector("summary").focus();
  keys.scrollIntoView({ block: "nearest" });
  keys.addEventListener("keydown", function back(e) {
    if (e.key !== "Escape") return;
    keys.removeEventListener("keydown", back);
    keys.open = false;
    act(e, () => go(table, from));
  });
}

// offer adds the buttons that print the table, which only script can.
function offer(table) {
  const box = table.closest("[data-sheets]");
  if (!box) return;
  const row = document.createElement("div");
  row.className = "vg-actions vg-gridacts";
  for (const paper of ["A4", "A3"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.dataset.print = paper.toLowerCase();
    button.textContent = box.dataset[`print${paper}`];
    row.append(button);
  }
  box.after(row);
}

// leave goes back on Escape from a page that was opened out of a grid
// ([data-back] holds its address).
export function leave() {
  document.addEventListener("keydown", (e) => {
    const back = document.querySelector("[data-back]")?.dataset.back;
    if (!back || e.key !== "Escape" || e.defaultPrevented || e.isComposing) return;
    if (e.target.closest?.("input, select, textarea, [open]")) return;
    const came = document.referrer && new URL(document.referrer);
    if (came && came.origin === location.origin && came.pathname === back) history.back();
    else location.assign(back);
  });
}

// clause brings the clause that is lit into sight of the box it stands in.
export function clause() {
  for (const mark of document.querySelectorAll(".vg-boardtext mark")) {
    const box = mark.closest(".vg-boardtext");
    box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4;
  }
}

// sheets divides a table that is wider than a sheet of paper (its box has
// [data-sheets], how many columns a sheet takes) for as long as it is printed:
// each part has the first column and the heads again. [data-print] prints, on the
// paper it names.
export function sheets() {
  let parts = [];
  addEventListener("beforeprint", () => {
    document.body.classList.toggle("vg-across", document.querySelector(".vg-boardpage") !== null);
    for (const box of document.querySelectorAll("[data-sheets]")) {
      const table = box.querySelector("table");
      const wide = document.documentElement.classList.contains("vg-a3") ? +box.dataset.sheetsA3 : +box.dataset.sheets;
      const columns = table.rows[0].cells.length - 1;
      const count = Math.ceil(columns / wide);
      if (count < 2) continue;
      const each = Math.ceil(columns / count);
      const out = document.createElement("div");
      out.className = "vg-board vg-sheets";
      for (let from = 1; from <= columns; from += each) out.append(part(table, from, Math.min(from + each - 1, columns), columns, box.dataset.sheetsWord));
      box.after(out);
      box.classList.add("vg-divided");
      parts.push([box, out]);
    }
  });
  addEventListener("afterprint", () => {
    for (const [box, out] of parts) {
      out.remove();
      box.classList.remove("vg-divided");
    }
    parts = [];
    document.documentElement.classList.remove("vg-a3");
  });
  document.addEventListener("click", (e) => {
    const paper = e.target.closest?.("[data-print]")?.dataset.print;
    if (!paper) return;
    document.documentElement.classList.toggle("vg-a3", paper === "a3");
    print();
  });
}

// part is table with its first column and those from one to another.
function part(table, from, to, of, word) {
  const copy = table.cloneNode(true);
  for (const row of copy.rows) {
    [...row.cells].forEach((cell, i) => {
      if (i > 0 && cell.colSpan > 1) cell.colSpan = to - from + 1;
      else if (i > 0 && (i < from || i > to)) cell.remove();
    });
  }
  const note = document.createElement("small");
  note.textContent = word.replace("{0}", from).replace("{1}", to).replace("{2}", of);
  copy.tHead.rows[0].cells[0].append(note);
  return copy;
}
