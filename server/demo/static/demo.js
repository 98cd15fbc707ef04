"use strict";
// Keeps the demo page alive: sends without a reload, asks for news, and lets texts travel.
(() => {
  const handset = document.querySelector(".handset");
  if (!handset) return;
  const EVERY_MS = 600, TRAVEL_MS = 900, APART_MS = 130, TRAVELLERS_MAX = 12;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const thread = document.getElementById("utas"), answers = document.getElementById("jawaban");
  const lanes = [...document.querySelectorAll(".lane")];
  let tag = "", before = null, newest = newestAnswer(document), asking = null;

  const toEnd = () => { thread.scrollTop = thread.scrollHeight; };
  function newestAnswer(root) {
    return Math.max(0, ...[...root.querySelectorAll("#jawaban .sms")].map((one) => Number(one.dataset.seq)));
  }

  function drawing(lane) {
    return [...lane.querySelectorAll(".drawing")].find((one) => one.getClientRects().length);
  }

  function travel(lane, ways, kind, delay) {
    const picture = drawing(lane);
    if (still || !picture || document.hidden) return;
    const paths = ways.map(([way, back]) => [picture.querySelector(`[data-way="${way}"]`), back]).filter(([path]) => path);
    if (!paths.length) return;
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    dot.setAttribute("r", "7");
    dot.setAttribute("class", `traveller ${kind}`);
    const begin = performance.now() + delay;
    function step(now) {
      const gone = (now - begin) / TRAVEL_MS;
      if (gone >= paths.length) return dot.remove();
      if (gone >= 0) {
        const [path, back] = paths[Math.floor(gone)];
        const part = gone % 1, length = path.getTotalLength();
        const point = path.getPointAtLength(length * (back ? 1 - part : part));
        dot.setAttribute("cx", point.x);
        dot.setAttribute("cy", point.y);
        if (!dot.isConnected) picture.querySelector(".travellers").append(dot);
      }
      requestAnimationFrame(step);
    }
    requestAnimationFrame(step);
  }

  function many(count, act) {
    for (let n = 0; n < Math.min(count, TRAVELLERS_MAX); n += 1) act(n * APART_MS);
  }

  function count(lane, gauge, old) {
    for (const place of lane.querySelectorAll("[data-figure]")) {
      const words = String(gauge[place.dataset.figure]);
      if (place.textContent === words) continue;
      place.textContent = words;
      place.classList.remove("bumped");
      requestAnimationFrame(() => place.classList.add("bumped"));
    }
    for (const dot of lane.querySelectorAll("[data-pile]")) {
      dot.classList.toggle("on", Number(dot.dataset.pile) < gauge.waiting);
    }
    for (const picture of lane.querySelectorAll(".drawing")) {
      picture.setAttribute("aria-label", `Modem ${gauge.modem}, tersimpan ${gauge.kept}, laporan ${gauge.reports}, menunggu ${gauge.waiting}, di Polres ${gauge.polres}`);
    }
    lane.classList.toggle("cut", !gauge.open);
    if (!old) return;
    many(gauge.kept - old.kept, (delay) => travel(lane, [["air", false], ["wire", false]], "", delay));
    many(gauge.polres - old.polres, (delay) => travel(lane, [["road", false]], "", delay));
  }

  function show(news) {
    news.jalan.forEach((gauge, index) => count(lanes[index], gauge, before && before[index]));
    before = news.jalan;
    if (thread.innerHTML !== news.utas) {
      const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
      thread.innerHTML = news.utas;
      if (atEnd) toEnd();
    }
    answers.innerHTML = news.jawaban;
    for (const link of document.querySelectorAll("[data-hp]")) {
      link.querySelector(".snippet").textContent = news.cuplikan[link.dataset.hp];
    }
    newest = Math.max(newest, newestAnswer(document));
  }

  async function ask() {
    const answer = await fetch(handset.dataset.state, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status !== 200) return;
    const seen = newest;
    show(await answer.json());
    tag = answer.headers.get("ETag") || "";
    for (const one of answers.querySelectorAll(".sms")) {
      const lane = lanes[Number(one.dataset.desa)];
      if (lane && seen && Number(one.dataset.seq) > seen) travel(lane, [["wire", true], ["air", true]], "answer", 2 * TRAVEL_MS);
    }
  }

  function soon() {
    asking = asking || ask().catch(() => {}).finally(() => { asking = null; });
    return asking;
  }

  async function turn() {
    if (!document.hidden) await soon();
    setTimeout(turn, EVERY_MS);
  }

  function quietly(form, act) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const body = new FormData(form, event.submitter);
      try {
        const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
        if (answer.type !== "opaqueredirect" && !answer.ok) return form.submit();
        act();
        await soon();
        await soon();
      } catch {
        form.submit();
      }
    });
  }

  for (const form of document.querySelectorAll("[data-write]")) {
    const field = form.querySelector("textarea");
    quietly(form, () => { field.value = ""; field.focus(); toEnd(); });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }
  for (const form of document.querySelectorAll("[data-ring], [data-road]")) quietly(form, () => {});
  toEnd();
  turn();
})();
