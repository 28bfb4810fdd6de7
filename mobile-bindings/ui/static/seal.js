// Signing on the glass, scanning a code, the seal's button. The pages work without it: a signature
// can stand on paper, a code can be pasted as text.
"use strict";
(() => {
  // The seal waits until every gap has its reason and the second officer his PIN; over what blocks
  // an officer who signs later has to be named.
  for (const form of document.querySelectorAll("form[data-seal]")) {
    const fields = [...document.querySelectorAll("[data-reason]")];
    const button = document.querySelector('button[form="' + form.id + '"]');
    const pin = form.elements.pin;
    const tag = document.querySelector("[data-second]");
    const chosen = (name) => form.querySelector('input[name="' + name + '"]:checked');
    const who = (radio) => radio.closest("label").textContent.trim();
    const look = () => {
      const second = chosen("second");
      const here = !!second && second.value !== "later";
      const named = here ? second : second && chosen("named");
      const reasons = fields.every((it) => it.value.trim());
      const agreed = here ? /^[0-9]{6}$/.test(pin.value) : !!named || !("two" in form.dataset);
      button.disabled = !reasons || !second || !agreed;
      const words = here ? tag.dataset.here : tag.dataset.later;
      tag.textContent = named ? words.replace("{who}", () => who(named))
        : "two" in form.dataset ? tag.dataset.unnamed : tag.dataset.second;
      tag.classList.toggle("seal", !named && "two" in form.dataset);
    };
    // What is typed stays in the program's memory: the way to a photo and back loses nothing.
    let timer = 0;
    const keep = () => {
      const body = new URLSearchParams({ csrf: form.elements.csrf.value });
      for (const it of fields) body.set(it.name, it.value);
      fetch(form.dataset.reasons, {
        method: "POST", body, keepalive: true, headers: { "x-waiqin-fetch": "1" },
      }).catch(() => {});
    };
    for (const it of fields) {
      it.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 400); });
      it.addEventListener("change", () => { clearTimeout(timer); keep(); });
    }
    document.addEventListener("input", look);
    document.addEventListener("change", look);
    look();
  }

  // The glass: what the hand does, point by point, in tenths of a CSS pixel.
  for (const form of document.querySelectorAll("form[data-glass]")) {
    const canvas = form.querySelector("canvas");
    const done = document.querySelector('button[form="' + form.id + '"][data-done]');
    const wipe = document.querySelector("[data-wipe]");
    const pen = canvas.getContext("2d");
    let strokes = [];
    let began = 0;
    let drawing = null;
    const size = () => {
      const box = canvas.getBoundingClientRect();
      const scale = window.devicePixelRatio || 1;
      canvas.width = Math.round(box.width * scale);
      canvas.height = Math.round(box.height * scale);
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.lineCap = pen.lineJoin = "round";
      pen.strokeStyle = getComputedStyle(canvas).color;
      for (const stroke of strokes) stroke.forEach((_, n) => line(stroke, n));
      return box;
    };
    const line = (stroke, n) => {
      const [x, y, , pressure] = stroke[n];
      const [fromX, fromY] = stroke[Math.max(0, n - 1)];
      pen.lineWidth = 1.6 + 2.4 * pressure / 1000;
      pen.beginPath();
      pen.moveTo(fromX / 10, fromY / 10);
      pen.lineTo(x / 10, y / 10);
      pen.stroke();
    };
    const say = () => {
      done.disabled = !strokes.some((it) => it.length > 2);
      wipe.disabled = !strokes.length;
      form.classList.toggle("empty-glass", !strokes.length);
    };
    const note = (event) => {
      const box = canvas.getBoundingClientRect();
      if (!began) began = event.timeStamp;
      const tenth = (value) => Math.round(value * 10);
      drawing.push([
        tenth(event.clientX - box.left), tenth(event.clientY - box.top),
        Math.max(0, Math.round(event.timeStamp - began)),
        Math.max(0, Math.min(1000, Math.round(event.pressure * 1000))),
      ]);
      line(drawing, drawing.length - 1);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (drawing || event.button) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      drawing = [];
      strokes.push(drawing);
      note(event);
      say();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing || !canvas.hasPointerCapture(event.pointerId)) return;
      const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const each of events.length ? events : [event]) note(each);
    });
    const lift = () => { drawing = null; say(); };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    wipe.addEventListener("click", () => {
      strokes = [];
      began = 0;
      pen.clearRect(0, 0, canvas.width, canvas.height);
      say();
    });
    form.addEventListener("submit", () => {
      const box = canvas.getBoundingClientRect();
      form.elements.strokes.value = JSON.stringify({
        v: 1, w: Math.round(box.width * 10), h: Math.round(box.height * 10), strokes,
      });
    });
    // A phone that is turned keeps what was written.
    addEventListener("resize", size);
    size();
    say();
  }

  // A code is read by the camera where the browser can; else its text is pasted.
  for (const button of document.querySelectorAll("[data-scan]")) {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) continue;
    const form = button.closest("form");
    const field = form.querySelector("[data-scanned]");
    const said = form.querySelector("[data-scan-said]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const video = document.createElement("video");
      try {
        const detector = new BarcodeDetector({ formats: ["qr_code"] });
        video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        video.playsInline = true;
        video.className = "viewfinder";
        button.after(video);
        await video.play();
        const look = async () => {
          const found = await detector.detect(video).catch(() => []);
          if (!found.length) { if (video.isConnected) requestAnimationFrame(look); return; }
          field.value = found[0].rawValue;
          for (const track of video.srcObject.getTracks()) track.stop();
          video.remove();
          form.requestSubmit();
        };
        look();
      } catch (error) {
        video.remove();
        said.textContent = button.dataset.off;
        said.hidden = false;
      }
    });
  }

  // How much is missing, after each save.
  const lack = document.querySelector("[data-lack]");
  if (lack) {
    document.addEventListener("waiqin:saved", async () => {
      try {
        const answer = await fetch(lack.dataset.lack, { headers: { "x-waiqin-poll": "1", "x-waiqin-fetch": "1" } });
        const told = answer.ok && await answer.json();
        if (!told) return;
        lack.firstElementChild.textContent = told.text;
        lack.firstElementChild.className = "tag " + told.class;
      } catch (error) {
        // The program ended: the count stays as it was last told.
      }
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => print());
  }
})();
