"use strict";
// Forms: one sending a click, how many characters are left, and the fold that a link points to.
(() => {
  const EXTENDED = "^{}\\[~]|€\f";
  const FOREIGN = /[^\u0000-\u03ff\u2010-\u2026\u20ac]/u;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    if (form.method !== "post" || "stays" in form.dataset) return; // a download leaves the page as it is
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    }
  });

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.dataset || !field.dataset.octets) return;
    const large = [...field.files].some((file) => file.size > Number(field.dataset.octets));
    field.setCustomValidity(large ? field.dataset.large : "");
    field.reportValidity();
  });

  function count(field) {
    const out = document.getElementById(field.dataset.counter);
    if (!out) return;
    const room = Number(field.dataset.septets);
    const many = Number(field.dataset.parts || 1);
    const sms = many > 1 ? `${many} SMS` : "satu SMS";
    const text = field.value.trim().replace(/\s+/g, " ");
    const used = [...text].reduce((sum, sign) => sum + (EXTENDED.includes(sign) ? 2 : 1), 0);
    const strange = text.match(FOREIGN);
    if (strange) out.textContent = `Tanda ${strange[0]} tidak dapat dikirim lewat SMS; hapus dahulu.`;
    else if (used > room) out.textContent = `Terlalu panjang ${used - room} huruf untuk ${sms}.`;
    else if (!used) out.textContent = `${sms[0].toUpperCase()}${sms.slice(1)} memuat ${room} huruf.`;
    else out.textContent = `${many > 1 ? "" : "1 SMS, "}sisa ${room - used} huruf.`;
    out.classList.toggle("wrong", Boolean(strange) || used > room);
  }
  document.addEventListener("input", (event) => {
    if (event.target.dataset && event.target.dataset.counter) count(event.target);
  });
  for (const field of document.querySelectorAll("[data-counter]")) if (field.value) count(field);

  function unfold() {
    const found = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!found || found.nodeName !== "DETAILS") return;
    found.open = true;
    found.scrollIntoView({ block: "center" });
    const field = found.querySelector("input:not([type=hidden]),textarea");
    if (field) field.focus({ preventScroll: true });
  }
  addEventListener("hashchange", unfold);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) setTimeout(unfold);
  });
  unfold();
})();
