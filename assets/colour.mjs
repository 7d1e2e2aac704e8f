// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Colour arithmetic for style.mjs: resolves oklch(), color-mix() and
// light-dark() to plain sRGB, because browsers of Windows 7 and 8.1
// (Chrome 109) know none of them. A value that hangs on something only the
// browser knows comes back as null.

const gamma = (x) => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);
const linear = (x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);

// OKLab to linear sRGB and back: CSS Color Module Level 4, section 10.
function fromOklab([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((x) => gamma(Math.min(1, Math.max(0, x))));
}

function toOklab(rgb) {
  const [r, g, b] = rgb.map(linear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

// split cuts at top-level commas (or spaces).
function split(text, spaces) {
  const out = [];
  let depth = 0, part = "";
  for (const c of text) {
    if (c === "(") depth++;
    if (c === ")") depth--;
    if (depth === 0 && (spaces ? /\s/.test(c) : c === ",")) {
      if (part.trim()) out.push(part.trim());
      part = "";
    } else part += c;
  }
  if (part.trim()) out.push(part.trim());
  return out;
}

function percent(text, vars) {
  const calc = /^calc\((.+) \* 100%\)$/.exec(text);
  if (calc) {
    const n = Number(expand(calc[1], vars));
    return Number.isFinite(n) ? n : null;
  }
  return /^[\d.]+%$/.test(text) ? parseFloat(text) / 100 : null;
}

// expand replaces every var() that the theme defines; null when one is open.
function expand(text, vars, depth = 0) {
  if (text === null || depth > 20) return null;
  const at = text.indexOf("var(");
  if (at < 0) return text;
  let end = at + 4, open = 1;
  for (; end < text.length && open > 0; end++) open += text[end] === "(" ? 1 : text[end] === ")" ? -1 : 0;
  const [name, ...fallback] = split(text.slice(at + 4, end - 1));
  const value = vars.get(name) ?? (fallback.length ? fallback.join(", ") : null);
  return value === null ? null : expand(text.slice(0, at) + value + text.slice(end), vars, depth + 1);
}

// parse reads one colour to [r, g, b, alpha], each 0 to 1, or null.
function parse(text, vars, dark) {
  text = expand(text.trim(), vars);
  if (text === null) return null;
  text = text.trim();
  const call = /^([a-z-]+)\((.*)\)$/s.exec(text);
  if (text === "transparent") return [0, 0, 0, 0];
  if (text === "white") return [1, 1, 1, 1];
  if (text === "black") return [0, 0, 0, 1];
  if (/^#[0-9a-f]{3,8}$/i.test(text)) {
    let h = text.slice(1);
    if (h.length < 6) h = [...h].map((c) => c + c).join("");
    const n = h.match(/../g).map((x) => parseInt(x, 16) / 255);
    return [n[0], n[1], n[2], n[3] ?? 1];
  }
  if (!call) return null;
  const [, fn, inner] = call;
  if (fn === "light-dark") return parse(split(inner)[dark ? 1 : 0], vars, dark);
  if (fn === "rgb" || fn === "rgba") {
    const n = inner.split(/[\s,/]+/).filter(Boolean).map(parseFloat);
    return n.length < 3 || n.some(Number.isNaN) ? null : [n[0] / 255, n[1] / 255, n[2] / 255, n[3] ?? 1];
  }
  if (fn === "oklch") {
    const n = inner.split(/[\s/]+/).map((x) => (x.endsWith("%") ? parseFloat(x) / 100 : parseFloat(x)));
    if (n.some(Number.isNaN)) return null;
    const h = (n[2] * Math.PI) / 180;
    return [...fromOklab([n[0], n[1] * Math.cos(h), n[1] * Math.sin(h)]), n[3] ?? 1];
  }
  return fn === "color-mix" ? mix(inner, vars, dark) : null;
}

function mix(inner, vars, dark) {
  const [, ...sides] = split(inner);
  const parts = sides.map((side) => {
    const words = split(side, true);
    const share = words.length > 1 ? percent(words[1], vars) : undefined;
    return { colour: parse(words[0], vars, dark), share };
  });
  if (parts.length !== 2 || parts.some((p) => !p.colour || p.share === null)) return null;
  const p = parts[0].share ?? 1 - (parts[1].share ?? 0.5);
  const [a, b] = parts.map((x) => x.colour);
  const alpha = a[3] * p + b[3] * (1 - p);
  if (alpha === 0) return [0, 0, 0, 0];
  const [la, lb] = [toOklab(a.slice(0, 3)), toOklab(b.slice(0, 3))];
  const lab = la.map((x, i) => (x * a[3] * p + lb[i] * b[3] * (1 - p)) / alpha);
  return [...fromOklab(lab), alpha];
}

function print(c) {
  const [r, g, b] = c.slice(0, 3).map((x) => Math.round(x * 255));
  if (c[3] >= 0.9995) return "#" + [r, g, b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return `rgba(${r}, ${g}, ${b}, ${Number(c[3].toFixed(3))})`;
}

const modern = /(light-dark|oklch|color-mix)\(/;

export const isModern = (value) => modern.test(value);

// plain rewrites every modern colour function in a value for one theme; null
// when one cannot be known here.
export function plain(value, vars, dark) {
  for (let at = modern.exec(value); at; at = modern.exec(value)) {
    let end = at.index + at[0].length, open = 1;
    for (; end < value.length && open > 0; end++) open += value[end] === "(" ? 1 : value[end] === ")" ? -1 : 0;
    const colour = parse(value.slice(at.index, end), vars, dark);
    if (!colour) return null;
    value = value.slice(0, at.index) + print(colour) + value.slice(end);
  }
  return value;
}
