"use strict";
// The duty desk: keys for the queue, filters that act at once, and an alarm for new urgent reports.
(() => {
  const main = document.querySelector("main[data-live]");
  const help = document.getElementById("bantuan");
  document.documentElement.classList.add("scripted");
  const links = () => [...document.querySelectorAll("[data-list] a.words")];

  function step(by) {
    const all = links();
    if (!all.length) return;
    let at = all.indexOf(document.activeElement);
    if (at < 0) at = all.findIndex((link) => link.hasAttribute("aria-current"));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    next.focus({ preventScroll: true });
    next.closest(".card").scrollIntoView({ block: "nearest" });
  }
  function showHelp() {
    if (help && !help.open) help.showModal();
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const field = event.target.matches("input,textarea,select");
    if (event.key === "Escape" && field) return event.target.blur();
    if (field || (help && help.open)) return;
    const search = document.getElementById("cari");
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") showHelp();
    else if (event.key === "/" && search) search.focus(), search.select();
    else return;
    event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", showHelp);
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
  });
  const here = document.querySelector("[data-list] [aria-current=page]");
  if (here) here.closest(".card").scrollIntoView({ block: "nearest" });

  // Browsers allow sound only after somebody has touched the page.
  let sound = null;
  const wake = () => { sound = sound || new AudioContext(); };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wake, { once: true });
  function knock() {
    if (!sound || sound.state !== "running") return;
    for (const [from, tone] of [[0, 392], [0.18, 392], [0.36, 523]]) {
      const at = sound.currentTime + from, wave = sound.createOscillator(), volume = sound.createGain();
      wave.frequency.value = tone;
      volume.gain.setValueAtTime(0.25, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
      wave.connect(volume).connect(sound.destination);
      wave.start(at);
      wave.stop(at + 0.17);
    }
  }

  if (!main) return;
  const WATCH_MS = 15000;
  let urgent = Number(main.dataset.urgent);
  function alarm(count) {
    if (count > urgent) knock();
    urgent = count;
  }
  new MutationObserver(() => alarm(Number(main.dataset.urgent)))
    .observe(main, { attributes: true, attributeFilter: ["data-urgent"] });
  // A page in the background does not renew itself; its title still counts.
  setInterval(async () => {
    if (!document.hidden) return;
    try {
      const answer = await fetch(main.dataset.watch, { headers: { "X-Segar": "1" }, cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      const { darurat } = await answer.json();
      alarm(darurat);
      const plain = document.title.replace(/^\(\d+\) /, "");
      document.title = darurat ? `(${darurat}) ${plain}` : plain;
    } catch { /* live.js says it once the page is looked at */ }
  }, WATCH_MS);
})();
