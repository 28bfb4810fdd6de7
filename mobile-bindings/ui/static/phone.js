// The one script: saving while the officer types, search as he types, the truth line that follows
// the engine. Every page works without it; what it shows as saved comes from the server's answer.
"use strict";
(() => {
  const html = document.documentElement;
  html.classList.add("js");
  const $ = (id) => document.getElementById(id);
  const POLL = { "x-waiqin-poll": "1", "x-waiqin-fetch": "1" };

  function showTruth(truth) {
    $("truth-dot").className = "dot " + truth.dot;
    $("truth-main").textContent = truth.main;
    $("truth-side").textContent = truth.side;
    $("truth-side").hidden = !truth.side;
    $("truth-right").textContent = truth.right;
  }

  // Saving while typing: changed fields alone, within a second; the text stays on the page until
  // the answer says that it is durable.
  const SAVE_AFTER_MS = 500;
  const RETRY_MS = 2000;
  const words = document.body.dataset;

  class Saver {
    constructor(form) {
      this.form = form;
      this.url = form.dataset.autosave;
      this.dirty = new Map();
      this.refused = new Set();
      this.reshape = false;
      this.timer = 0;
      this.running = false;
      form.addEventListener("input", (event) => this.note(event.target, SAVE_AFTER_MS));
      form.addEventListener("change", (event) => this.note(event.target, 0));
      form.addEventListener("focusout", () => this.dirty.size && this.plan(0));
      form.addEventListener("submit", () => { this.submitted = true; clearTimeout(this.timer); });
      form.addEventListener("keydown", (event) => {
        // Enter in a line saves it; it does not press the first button.
        if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.isComposing) {
          event.preventDefault();
          this.plan(0);
        }
      });
      savers.push(this);
    }

    note(field, after) {
      if (!field.name || field.type === "hidden" && field.name !== "fix") return;
      this.dirty.set(field.name, this.value(field.name));
      if (field.closest("[data-reshapes]")) this.reshape = true;
      showTruth({ dot: "warn", main: words.typing, side: "", right: "" });
      this.plan(after);
    }

    // The last of the values that the form would send for a name: a mark that is not set sends "".
    value(name) {
      const all = new FormData(this.form).getAll(name);
      return all.length ? all[all.length - 1] : "";
    }

    plan(after) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), after);
    }

    async save(leaving) {
      if (this.running && !leaving || !this.dirty.size || this.submitted && !leaving) return;
      const sent = new Map(this.dirty);
      this.running = true;
      const body = new URLSearchParams(sent);
      body.set("csrf", this.form.elements.csrf.value);
      showTruth({ dot: "warn", main: words.saving, side: "", right: "" });
      try {
        const answer = await fetch(this.url, {
          method: "POST", body, headers: { "x-waiqin-fetch": "1" }, keepalive: !!leaving,
        });
        if (answer.status === 403) {
          showTruth({ dot: "seal", main: words.lockedSave, side: "", right: "" });
          this.running = false;
          this.plan(RETRY_MS);
          return;
        }
        const told = await answer.json();
        showTruth(told.truth);
        if (!told.saved) throw new Error("not saved");
        for (const [name, value] of sent) {
          if (this.dirty.get(name) === value) this.dirty.delete(name);
        }
        this.showProblems(sent, told.problems);
        this.showNotes(told.notes);
        document.dispatchEvent(new Event("waiqin:saved"));
        this.running = false;
        if (this.dirty.size) this.plan(0);
        // Another answer asks other fields; what was not taken would be lost, so it stays first.
        else if (this.reshape && !this.refused.size) location.reload();
      } catch (error) {
        this.running = false;
        showTruth({ dot: "seal", main: words.saveFailed, side: "", right: "" });
        this.plan(RETRY_MS);
      }
    }

    showProblems(sent, problems) {
      const why = new Map(problems.map((it) => [it.path, it.text]));
      for (const name of sent.keys()) {
        if (why.has(name)) this.refused.add(name); else this.refused.delete(name);
        const line = this.form.querySelector('[data-error="' + name + '"]');
        if (line) {
          line.textContent = why.get(name) || "";
          line.hidden = !why.has(name);
        }
        const field = this.form.querySelector('.inp[name="' + name + '"]');
        if (field) field.toggleAttribute("aria-invalid", false);
        if (field && why.has(name)) field.setAttribute("aria-invalid", "true");
      }
    }

    // What a number says of itself: a check digit, an amount in capitals.
    showNotes(notes) {
      for (const note of notes) {
        const line = this.form.querySelector('[data-note="' + note.path + '"]');
        if (!line) continue;
        line.textContent = note.text;
        line.className = "note " + note.class;
        line.hidden = !note.text;
      }
    }
  }

  const savers = [];
  for (const form of document.querySelectorAll("form[data-autosave]")) new Saver(form);
  const unsaved = () => savers.some((it) => (it.dirty.size || it.refused.size) && !it.submitted);
  addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
  addEventListener("pagehide", () => { for (const it of savers) it.save(true); });
  addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") for (const it of savers) it.save(true);
  });

  // A choice that is tapped again is taken back.
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("form[data-autosave] label.choice");
    const radio = chip && chip.querySelector('input[type="radio"]');
    // The click that a label passes on to its radio has checked it already.
    if (!radio || event.target === radio || !radio.checked) return;
    event.preventDefault();
    radio.checked = false;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A position is asked of the system only when the officer taps.
  for (const box of document.querySelectorAll("[data-fix]")) {
    const button = box.querySelector("[data-fix-take]");
    const text = box.querySelector("[data-fix-text]");
    const field = box.querySelector('input[name="fix"]');
    const say = (message) => { text.textContent = message; };
    if (!button) continue;
    button.addEventListener("click", () => {
      if (!navigator.geolocation) return say(button.dataset.denied);
      say(button.dataset.busy);
      const asked = Date.now();
      navigator.geolocation.getCurrentPosition((found) => {
        const at = found.coords;
        const mark = {
          acc_cm: Math.ceil(at.accuracy * 100),
          age_ms: Math.max(0, Math.round(asked - found.timestamp)),
          lat: Math.round(at.latitude * 1e7),
          lon: Math.round(at.longitude * 1e7),
          provider: "fused",
        };
        field.value = JSON.stringify(mark);
        say(button.dataset.have
          .replace("{lat}", at.latitude.toFixed(5)).replace("{lon}", at.longitude.toFixed(5))
          .replace("{acc}", Math.ceil(at.accuracy)));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }, () => say(button.dataset.denied), { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 });
    });
  }

  // Search as you type: the newest question wins, whatever order the answers come in.
  for (const form of document.querySelectorAll("form[data-search]")) {
    const field = form.elements.q;
    let asked = 0;
    let timer = 0;
    const search = async () => {
      const query = new URLSearchParams(new FormData(form));
      query.delete("csrf");
      const number = ++asked;
      try {
        const answer = await fetch(form.dataset.search + "?" + query, { headers: { "x-waiqin-fetch": "1" } });
        if (answer.status === 403) { location.assign("/unlock"); return; }
        const found = await answer.text();
        if (number !== asked || !answer.ok) return;
        $("found").innerHTML = found;
        if (form.method === "get") history.replaceState(null, "", "/cases?" + query);
        for (const link of form.querySelectorAll("a[data-show]")) {
          const to = new URLSearchParams({ show: link.dataset.show });
          if (field.value) to.set("q", field.value);
          link.href = "/cases?" + to;
        }
      } catch (error) {
        // The page is gone or the program ended; the next key asks again.
      }
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(search, 80);
      // What was refused is being written anew.
      field.removeAttribute("aria-invalid");
      const refused = document.querySelector("main > [role=alert]");
      if (refused) refused.remove();
    });
    // Only a form that asks is answered here; one that writes is sent.
    form.addEventListener("submit", (event) => {
      if (form.method === "get" || event.submitter && event.submitter.value === "look") {
        event.preventDefault();
        search();
      }
    });
  }

  // The truth line and the sync page follow the engine by themselves; that is no use of the phone.
  const truth = $("truth");
  const live = document.querySelector("[data-live]");
  // Lists are read again only when what they depend on is another.
  const waits = $("waits");
  const waited = async () => {
    const now = live.querySelector("[data-state]").dataset.state;
    if (now === waits.dataset.of || waits.contains(document.activeElement)) return;
    const part = await fetch(waits.dataset.part, { headers: POLL });
    if (!part.ok) return;
    waits.innerHTML = await part.text();
    waits.dataset.of = now;
  };
  const follow = async () => {
    try {
      const answer = await fetch(truth.dataset.poll, { headers: POLL });
      if (answer.status === 403) { location.assign("/unlock"); return; }
      if (answer.ok) showTruth(await answer.json());
      if (live && !live.contains(document.activeElement)) {
        const part = await fetch(live.dataset.live, { headers: POLL });
        if (part.ok) {
          const text = await part.text();
          if (text !== live.dataset.was) live.innerHTML = text;
          live.dataset.was = text;
          if (waits) await waited();
        }
      }
    } catch (error) {
      // The program ended: what the page shows stays as it was last told.
    }
    setTimeout(follow, live ? 1000 : 4000);
  };
  if (truth && truth.dataset.poll) setTimeout(follow, live ? 700 : 4000);

  // A form that takes a while is sent once, and says so.
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
      for (const button of document.querySelectorAll("button")) {
        if (button.form === form) button.textContent = form.dataset.once;
      }
    });
    addEventListener("pageshow", () => { delete form.dataset.sent; });
  }

  // The file that was chosen is named with its size, so that a wrong one is seen before it is kept.
  for (const field of document.querySelectorAll('input[type="file"]')) {
    field.addEventListener("change", () => {
      const file = field.files[0];
      const line = field.parentElement.querySelector("[data-chosen]");
      if (file && line) line.textContent = file.name + " · " + Math.ceil(file.size / 1000) + " KB";
    });
  }

  // After a wrong PIN the button comes back when the wait is over.
  for (const button of document.querySelectorAll("button[data-wait]")) {
    setTimeout(() => { button.disabled = false; }, Number(button.dataset.wait) * 1000);
  }

  // What was just added comes into sight.
  const open = location.hash && document.querySelector(location.hash + ":not(details)");
  if (open) {
    for (let fold = open.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    open.scrollIntoView({ block: "center" });
  }
})();
