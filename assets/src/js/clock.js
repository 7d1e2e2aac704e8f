// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

const minute = 60_000;

// span writes a length of time in its two largest units, as the server does.
export function span(ms, words) {
  const total = Math.floor(Math.abs(ms) / minute);
  const [d, h, m] = [Math.floor(total / 1440), Math.floor(total / 60) % 24, total % 60];
  const two = (n) => String(n).padStart(2, "0");
  if (d > 0) return `${d} ${words.day} ${two(h)} ${words.hour}`;
  if (h > 0) return `${h} ${words.hour} ${two(m)} ${words.minute}`;
  return `${m} ${words.minute}`;
}

// clocks keeps the remaining time of clock marks true, once a minute. The
// state (soon, late) stays the server's to decide. Whoever's computer clock is
// wrong sees the server's time move on: only the time passed is added.
export function clocks(words) {
  if (!words.left) return;
  const opened = Date.now();
  const tick = () => {
    for (const el of document.querySelectorAll("[data-due][data-now]")) {
      const left = Date.parse(el.dataset.due) - (Date.parse(el.dataset.now) + Date.now() - opened);
      el.textContent = (left < 0 ? words.late : words.left).replace("{0}", span(left, words));
    }
  };
  setInterval(tick, minute);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}
