"use strict";
// Renews a page while it is read: asks /segar whether something changed, fetches the page anew and
// puts only what differs into place, so that focus, typed text and scroll stay where they are.
(() => {
  const main = document.querySelector("main[data-live]");
  if (!main) return;
  const EVERY_MS = 3000, ANYWAY_MS = 60000;
  const status = document.getElementById("status");
  const address = main.dataset.live;
  const page = main.dataset.page || location.href; // what answers a refused form has no GET address
  const HEADERS = { "X-Segar": "1" };
  let version = main.dataset.version, renewed = Date.now(), ended = false, failures = 0;

  const say = (text, link) => {
    status.hidden = !text;
    status.textContent = text || "";
    if (link) {
      const a = document.createElement("a");
      a.href = page;
      a.textContent = link;
      status.append(" ", a);
    }
  };
  const typedInto = (field) => field.matches("textarea,input:not([type=hidden])")
    ? field.value !== field.defaultValue
    : field.matches("select") && [...field.options].some((o) => o.selected !== o.defaultSelected);
  const inUse = (node) => node.nodeType === 1 && (
    (node.contains(document.activeElement) && document.activeElement.matches("input,textarea,select")) ||
    [node, ...node.querySelectorAll("input,textarea,select")].some(typedInto));
  const keyOf = (node) => node.nodeType === 1 ? node.id || node.dataset.key || "" : "";
  const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

  function attributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open" && name !== "aria-busy") old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
    }
  }

  function morph(old, fresh) {
    if (old.nodeType !== 1) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    attributes(old, fresh);
    if (old.matches("textarea")) {
      if (!typedInto(old) && old !== document.activeElement) old.value = old.defaultValue = fresh.defaultValue;
      return;
    }
    let place = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      let found = place;
      while (found && !alike(found, wanted)) found = keyOf(wanted) ? found.nextSibling : null;
      if (found) {
        if (found === place) place = place.nextSibling;
        else old.insertBefore(found, place);
        morph(found, wanted);
      } else {
        const made = document.importNode(wanted, true);
        if (made.nodeType === 1 && made.dataset.key) made.classList.add("fresh");
        old.insertBefore(made, place);
      }
    }
    while (place) {
      const next = place.nextSibling;
      if (!inUse(place) && !(place.dataset && place.dataset.keep)) place.remove();
      place = next;
    }
  }

  function leave() {
    ended = true;
    if (inUse(main)) say("Sesi berakhir. Salin dahulu yang Anda tulis, lalu", "masuk lagi");
    else location.assign(page);
  }

  async function renew() {
    const answer = await fetch(page, { headers: HEADERS, cache: "no-store" });
    if (answer.status === 401 || answer.redirected) return leave();
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const wanted = fresh.querySelector("main[data-live]");
    if (!wanted) return;
    const atEnd = innerHeight + scrollY > document.body.scrollHeight - 40;
    morph(main, wanted);
    for (const region of document.querySelectorAll("[data-region]")) {
      const other = fresh.querySelector(`[data-region="${region.dataset.region}"]`);
      if (other) morph(region, other);
    }
    document.title = fresh.title;
    if (atEnd && main.dataset.follow) scrollTo(0, document.body.scrollHeight);
    version = wanted.dataset.version;
    renewed = Date.now();
  }

  async function ask() {
    if (ended || document.hidden) return;
    try {
      const answer = await fetch(`${address}?sejak=${encodeURIComponent(version)}`, {
        headers: { ...HEADERS, "If-None-Match": `"${version}"` }, cache: "no-store",
      });
      if (answer.status === 401) return leave();
      if (failures) say("");
      failures = 0;
      if (answer.status === 200 || Date.now() - renewed > ANYWAY_MS) await renew();
    } catch {
      failures += 1;
      if (failures > 1) say("Kotak tidak menjawab. Periksa Wi-Fi; halaman ini mencoba terus.");
    }
  }

  async function turn() {
    await ask();
    if (!ended) setTimeout(turn, EVERY_MS);
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  setTimeout(turn, EVERY_MS);
})();
