// Keys of the desk: / search, j k up and down, Enter opens, n p pages; where something is to be decided
// 1 to 9 choose and u takes the newest back. Everything works without it.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("[data-go]")];
  const search = document.querySelector("input[name=q]");
  const typing = (el) => el.matches("input, textarea, select, [contenteditable]");

  const select = (step) => {
    const all = rows();
    if (all.length === 0) return;
    const at = all.findIndex((row) => row.classList.contains("on"));
    const next = Math.min(Math.max(at + step, 0), all.length - 1);
    for (const row of all) {
      row.classList.remove("on");
      row.removeAttribute("aria-current");
    }
    all[next].classList.add("on");
    all[next].setAttribute("aria-current", "true");
    all[next].scrollIntoView({ block: "nearest" });
  };
  const follow = (link) => {
    const el = document.querySelector(link);
    if (el) el.click();
  };

  // A decision that needs words or a case is sent when they are there; the key leads to what lacks.
  const decide = (button) => {
    if (!button) return;
    const needs = (button.dataset.needs || "").split(" ");
    const empty = (el) => (el.type === "radio" ? !el.checked : !el.value.trim());
    const open = needs.map((name) => name && button.form.elements[name]).find((el) => el && empty(el));
    if (open) (open instanceof RadioNodeList ? open[0] : open).focus();
    else button.click();
  };

  // On a narrow screen the rail is a strip: the page that is shown is in sight.
  const here = document.querySelector(".rail a.on");
  if (here) here.scrollIntoView({ block: "nearest", inline: "nearest" });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "j") select(1);
    else if (event.key === "k") select(-1);
    else if (event.key === "n") follow("a[rel=next]");
    else if (event.key === "p") follow("a[rel=prev]");
    else if (/^[1-9]$/.test(event.key)) {
      // The field that the key leads to is not to begin with it.
      event.preventDefault();
      decide(document.querySelector(`[data-key="${event.key}"]`));
    }
    else if (event.key === "u") follow("[data-undo]");
    else if (event.key === "Enter" && event.target === document.body) {
      const row = document.querySelector(".on[data-go]");
      if (row) location.assign(row.dataset.go);
    }
  });

  // A click anywhere in a row opens it; links, buttons and selected text keep their own meaning.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-go]");
    if (!row || event.target.closest("a, button, input, select, label")) return;
    if (String(getSelection()) === "") location.assign(row.dataset.go);
  });

  // A filter that is chosen is applied.
  for (const form of document.querySelectorAll("form[data-now]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }
  // A list that is being read takes a moment: the button says so and is not pressed twice.
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => {
      for (const button of form.querySelectorAll("button[data-busy]")) {
        button.textContent = button.dataset.busy;
        setTimeout(() => { button.disabled = true; }, 0);
      }
    });
  }
  // Coming back by the browser's back button finds the buttons as they were.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
