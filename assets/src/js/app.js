// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// What the pages gain where script runs. Every page works without it.

import htmx from "htmx.org/dist/htmx.esm.js";
import { clocks } from "./clock.js";
import { guard, progress } from "./form.js";
import { clause, grid, leave, sheets } from "./grid.js";
import { bulk, rows } from "./list.js";
import { pairs } from "./pair.js";
import { palette } from "./palette.js";
import { menus, paper, search, tables } from "./shell.js";

window.htmx = htmx;
document.documentElement.classList.add("vg-script");

const words = JSON.parse(document.querySelector('meta[name="vg-words"]')?.content || "{}");

// enhance dresses the elements that stand in the page now.
function enhance() {
  tables();
  palette(words);
  rows();
  bulk();
  grid();
  document.querySelector("[data-errors]")?.focus();
}

search();
menus();
paper();
leave();
sheets();
clause();
clocks(words);
guard();
progress(words);
pairs();
enhance();
document.addEventListener("vg:page", enhance);
document.addEventListener("htmx:after:swap", enhance);
