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
    if (all[at].dataset.story && all[at].dataset.story !== holding) hold(all[at]);
  }

  // The row that is before somebody is held for two minutes, so that a colleague sees it; renewed while it stays chosen.
  let holding = "";
  async function hold(row) {
    const token = row?.querySelector("input[name=csrf]")?.value;
    const taken = row?.querySelector("[data-taken]");
    if (!token || !taken || document.hidden) return;
    holding = row.dataset.story;
    const body = new URLSearchParams({ csrf: token, story: holding });
    const answer = await fetch("/queue/hold", { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || !taken.isConnected) return;
    taken.outerHTML = await answer.text();
    htmx.process(row);
  }
  setInterval(() => { const row = rows()[at]; if (row && row.dataset.story === holding) hold(row); }, 60000);

  function tick(row) {
    const box = row?.querySelector("[data-tick]");
    if (box) { box.checked = !box.checked; count(); }
  }
  function count() {
    const ticked = document.querySelectorAll("[data-tick]:checked").length;
    const shown = document.querySelector("[data-ticked]");
    if (shown) shown.dataset.number = ticked;
  }

  function openOthers(row) {
    const others = row?.querySelector("details.another");
    if (others) { others.open = !others.open; others.querySelector("summary").focus(); }
  }

  const decide = (key) => rows()[at]?.querySelector(`button[data-key="${key}"]`)?.click();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
    if (event.key === "Escape" && typing && typing.matches("input, textarea")) typing.blur();
    if (typing) return;
    const help = document.getElementById("keys");
    if (event.key === "?" && help) { event.preventDefault(); help.showModal(); return; }
    if (event.key === "/") {
      event.preventDefault();
      const field = document.querySelector("input[type=search]");
      if (field) field.focus(); else location.assign("/search");
      return;
    }
    if (event.key === "g" && document.querySelector("[data-news]")) { document.querySelector("[data-news]").click(); return; }
    if (event.key === "u" && document.querySelector("[data-undo]")) { [...document.querySelectorAll("[data-undo]")].at(-1).click(); return; }
    if (!rows().length) return;
    if (event.key === "j") choose(at + 1);
    else if (event.key === "k") choose(at - 1);
    else if (event.key === "s" && at >= 0) tick(rows()[at]);
    else if (event.key === "w" && at >= 0) openOthers(rows()[at]);
    else if (/^[1-9]$/.test(event.key) && at >= 0) rows()[at].querySelector(`[data-choice="${event.key}"]`)?.click();
    else if ("crxna".includes(event.key) && at >= 0) { event.preventDefault(); decide(event.key); }
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
    if (event.target.matches("[data-tick]")) count();
  });

  document.addEventListener("reset", () => setTimeout(count));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig?.path === "/decisions/undo") say(notice.dataset.undone);
    if (event.detail.requestConfig?.verb === "get") return;
    const state = event.detail.elt.querySelector?.(".state");
    if (!state || event.detail.elt.closest("#sentences")) return;  // nothing was decided there
    say(`${notice.dataset.saved}: ${state.textContent}.`);
    const next = rows().findIndex((row, i) => i >= Math.max(at, 0) && row.hasAttribute("data-open"));
    if (rows().length) choose(next >= 0 ? next : at);
  });
  document.addEventListener("htmx:responseError", (event) => say(event.detail.xhr.responseText || notice.dataset.failed, true));
  document.addEventListener("htmx:sendError", () => say(notice.dataset.away, true));
})();
