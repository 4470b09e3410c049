// Keys of a list, filters that apply themselves, and htmx answers put where people and screen readers notice them.
// Every job of the desk also works without this file.
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
  const notice = document.getElementById("notice");
  let at = -1;

  function say(text, wrong) {
    notice.textContent = text;
    notice.classList.toggle("wrong", Boolean(wrong));
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { notice.textContent = ""; }, wrong ? 12000 : 4000);
  }

  function choose(index) {
    const all = rows();
    if (!all.length) return;
    at = Math.max(0, Math.min(index, all.length - 1));
    all.forEach((row, i) => row.toggleAttribute("data-chosen", i === at));
    all[at].focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  }

  const decide = (key) => rows()[at]?.querySelector(`button[data-key="${key}"]`)?.click();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
    if (event.key === "Escape" && typing && typing.matches("input, textarea")) typing.blur();
    if (typing) return;
    const help = document.getElementById("keys");
    if (event.key === "?" && help) { event.preventDefault(); help.showModal(); return; }
    if (event.key === "/" && document.querySelector("input[type=search]")) {
      event.preventDefault(); document.querySelector("input[type=search]").focus(); return;
    }
    if (!rows().length) return;
    if (event.key === "j") choose(at + 1);
    else if (event.key === "k") choose(at - 1);
    else if ("crxn".includes(event.key) && at >= 0) { event.preventDefault(); decide(event.key); }
    else if (event.key === "Enter" && at >= 0 && event.target === rows()[at]) rows()[at].querySelector("[data-enter]")?.click();
  });

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    const index = rows().indexOf(row);
    if (index >= 0 && index !== at) {
      at = index;
      rows().forEach((other, i) => other.toggleAttribute("data-chosen", i === at));
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const state = event.detail.elt.querySelector?.(".state");
    if (!state || event.detail.elt.closest("#sentences")) return;  // nothing was decided there
    say(`${notice.dataset.saved}: ${state.textContent}.`);
    const next = rows().findIndex((row, i) => i >= Math.max(at, 0) && row.hasAttribute("data-open"));
    if (rows().length) choose(next >= 0 ? next : at);
  });
  document.addEventListener("htmx:responseError", (event) => say(event.detail.xhr.responseText || notice.dataset.failed, true));
  document.addEventListener("htmx:sendError", () => say(notice.dataset.away, true));
})();
