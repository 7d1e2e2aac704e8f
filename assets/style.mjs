// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Makes one plain style sheet of Tabler and our own: keeps only the families
// of classes the product uses, resolves modern colour functions for both
// themes, and lets the dark theme also follow the operating system without
// script. Paper is always light.

import postcss from "postcss";
import { isModern, plain } from "./colour.mjs";

// Families of Tabler that pages may use. Everything else is our own (vg-).
const families =
  /^(vg-.*|container(-.*)?|row(-.*)?|col(-.*)?|g[xy]?-\d|offset-.*|order-.*|d-.*|flex-.*|justify-content-.*|align-(items|self|content)-.*|gap-\d|[mp][tbsexy]?-(auto|\d)|w-\d+|w-auto|h-\d+|text-(start|end|center|nowrap|wrap|break|truncate|secondary|body|muted|uppercase|lowercase|decoration-none)|fw-.*|fst-.*|fs-.*|lh-.*|small|lead|h[1-6]|visually-hidden.*|btn|btn-(sm|lg|primary|danger|outline-danger|outline-primary|link|list|icon)|form-(control|select|check|label|text|range|switch).*|input-group.*|is-invalid|is-valid|invalid-feedback|table(-sm|-responsive|-striped|-hover)?|list-unstyled|list-inline.*|overflow-.*|position-.*|float-.*|border(-(top|bottom|start|end|0))?|rounded(-\d)?|active|disabled|show)$/;

function keeps(selector) {
  if (/navbar|data-bs-layout|:has\(|data-theme=|::-moz-range|autosize|theme-dark/.test(selector)) return false;
  return (selector.match(/\.(-?[_a-zA-Z][\w-]*)/g) ?? []).every((c) => families.test(c.slice(1)));
}

const isDark = (s) => /\[data-bs-theme=["']?dark/.test(s);
const isRoot = (s) => /^(:root|:host|html|\[data-bs-theme=["']?(light|dark)["']?\])$/.test(s.trim());

function themes(root) {
  const light = new Map(), dark = new Map();
  root.walkRules((rule) => {
    if (rule.parent.type !== "root" || !rule.selectors.some(isRoot)) return;
    const darkOnly = rule.selectors.filter(isRoot).every(isDark);
    rule.walkDecls(/^--/, (d) => {
      if (!darkOnly) light.set(d.prop, d.value);
      dark.set(d.prop, d.value);
    });
  });
  return { light, dark };
}

// lower replaces modern colours. Where the themes differ the dark value goes
// to a rule of its own, no stronger than the first.
function lower(root) {
  const { light, dark } = themes(root);
  let dropped = 0;
  root.walkRules((rule) => {
    const extra = [];
    rule.walkDecls((d) => {
      if (!isModern(d.value)) return;
      const [l, k] = [plain(d.value, light, false), plain(d.value, dark, true)];
      if (l === null || k === null) {
        dropped++;
        d.remove();
        return;
      }
      const night = rule.selectors.every(isDark);
      if (l !== k && !night) extra.push(d.clone({ value: k }));
      d.value = night ? k : l;
    });
    if (extra.length === 0) return;
    const selectors = rule.selectors.map((s) => (isRoot(s) ? "[data-bs-theme=dark]" : `:where([data-bs-theme=dark]) ${s}`));
    rule.after(postcss.rule({ selectors: [...new Set(selectors)], nodes: extra }));
  });
  return dropped;
}

// follow repeats every dark rule for "auto" under the system's preference.
function follow(root) {
  root.walkRules((rule) => {
    if (!rule.selector.includes("[data-bs-theme=dark]") || rule.followed) return;
    const onlyDark = rule.clone({ selectors: rule.selectors.filter(isDark) });
    onlyDark.followed = true;
    const auto = onlyDark.clone({ selector: onlyDark.selector.replaceAll("[data-bs-theme=dark]", "[data-bs-theme=auto]") });
    auto.followed = true;
    const rest = rule.selectors.filter((s) => !isDark(s));
    rule.after([
      postcss.atRule({ name: "media", params: "screen", nodes: [onlyDark] }),
      postcss.atRule({ name: "media", params: "screen and (prefers-color-scheme: dark)", nodes: [auto] }),
    ]);
    if (rest.length) rule.selectors = rest;
    else rule.remove();
  });
}

function prune(root) {
  root.walkRules((rule) => {
    if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
    const kept = rule.selectors.filter(keeps);
    if (kept.length) rule.selectors = kept;
    else rule.remove();
  });
  root.walkComments((c) => c.text.startsWith("!") || c.remove());
  root.walkAtRules((a) => {
    if (/^(property|charset)$/.test(a.name) || (a.name.endsWith("keyframes") && !a.params.startsWith("vg-"))) a.remove();
  });
  root.walkAtRules("media", (a) => a.nodes.length || a.remove());
  const used = new Set(root.toString().match(/var\(--[\w-]+/g)?.map((v) => v.slice(4)));
  root.walkDecls(/^--tblr-/, (d) => used.has(d.prop) || d.remove());
  root.walkRules((r) => r.nodes.length || r.remove());
}

// compile returns plain CSS of both sheets and how many declarations were
// dropped because their colour is only known to the browser.
export function compile(tabler, own) {
  const root = postcss.parse(tabler);
  root.append(postcss.parse(own).nodes);
  prune(root);
  const dropped = lower(root);
  follow(root);
  return { css: root.toString(), dropped };
}
