// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// guard asks before a form with unsaved words is left (form[data-guard]).
export function guard() {
  const dirty = new Set();
  document.addEventListener("input", (e) => {
    const form = e.target.closest?.("form[data-guard]");
    if (form) dirty.add(form);
  });
  document.addEventListener("submit", (e) => dirty.delete(e.target));
  window.addEventListener("beforeunload", (e) => {
    if (dirty.size > 0) e.preventDefault();
  });
}

// progress sends form[data-progress] in the background and shows how far it
// is. The answer replaces the page as it would have without script.
export function progress(words) {
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (!form.matches("form[data-progress]") || e.defaultPrevented) return;
    const box = form.querySelector("[data-progress-bar]");
    const files = [...form.querySelectorAll("input[type=file]")];
    if (!box || !files.some((f) => f.files.length > 0)) return;
    e.preventDefault();
    send(form, new FormData(form, e.submitter), box, words);
  });
}

function send(form, data, box, words) {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-progress-text]");
  const buttons = [...form.querySelectorAll("button")];
  const busy = (on) => buttons.forEach((b) => (b.disabled = on));
  box.hidden = false;
  busy(true);

  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-By-Script", "1");
  request.upload.addEventListener("progress", (e) => {
    if (!e.lengthComputable) return;
    const percent = Math.floor((100 * e.loaded) / e.total);
    bar.value = percent;
    text.textContent = percent < 100 ? words.uploading.replace("{0}", percent) : words.processing;
  });
  request.addEventListener("load", () => show(request, form.action));
  request.addEventListener("error", () => {
    text.textContent = words.failed;
    busy(false);
  });
  request.send(data);
}

// show follows a redirect, or puts the answer in the place of this page.
function show(request, asked) {
  const next = request.getResponseHeader("X-Location");
  if (next || (request.status < 400 && request.responseURL !== asked)) {
    location.assign(next || request.responseURL);
    return;
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  document.title = page.title || document.title;
  document.body.replaceWith(page.body);
  window.htmx.process(document.body);
  document.dispatchEvent(new Event("vg:page"));
}
