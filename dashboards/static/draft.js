// Keeps what is typed: at once in this browser, a moment later on the desk; the local copy goes when the desk has it.
// A lost connection or a restarted desk is waited out with growing pauses. Saving works without this file.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch) return;
  const said = form.querySelector("[data-kept]");
  const key = `factdesk:${form.dataset.draft}`;
  const words = JSON.parse(form.dataset.words);
  const fill = (name, values) => words[name].replace(/\{(\w+)\}/g, (_, one) => values[one]);
  const LEFT_OUT = new Set(["csrf"]);
  const PAUSE = 900, FIRST_RETRY = 1000, LAST_RETRY = 30000;
  let timer = 0, retry = FIRST_RETRY, sending = false, leaving = false;

  const fields = () => [...new FormData(form)].filter(([name, value]) => !LEFT_OUT.has(name) && typeof value === "string");
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  let last = fields();
  const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const say = (text) => { if (said) said.textContent = text; };

  // localStorage may be full or forbidden: then the desk's copy is the only one
  const local = {
    get() { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    put(value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
    drop() { try { localStorage.removeItem(key); } catch { /* nothing is there */ } },
  };

  function changed() {
    const now = fields();
    if (same(now, last)) return;
    last = now;
    const kept = local.put({ at: Date.now(), fields: now });
    say(kept ? words.here : words.sending);
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  }

  async function send() {
    if (sending) return;
    sending = true;
    const what = fields();
    const body = new URLSearchParams([["csrf", form.elements.csrf.value], ...what]);
    try {
      const answer = await fetch(form.dataset.keep, { method: "POST", body, redirect: "manual", headers: { "HX-Request": "true" } });
      settle(answer, what, answer.ok ? await answer.json() : null);
    } catch {
      again(words.silent);
    } finally {
      sending = false;
    }
  }

  function settle(answer, what, told) {
    if (answer.ok) {
      retry = FIRST_RETRY;
      if (!same(fields(), what)) { timer = setTimeout(send, PAUSE); return; }
      local.drop();
      const base = Number(form.elements.expected_revision?.value || 0);
      const newer = told?.revision && base && told.revision !== base;
      say(fill("kept", { at: clock() }) + (newer ? ` ${fill("newer", { number: told.revision })}` : ""));
    } else if (answer.status === 401 || answer.status === 403) {
      say(words.signed_out);
    } else if (answer.status === 413 || answer.status === 409 || answer.status === 422) {
      say(words.too_long);
    } else {
      again(words.unwell);
    }
  }

  function again(why) {
    const wait = retry * (0.75 + Math.random() / 2);
    retry = Math.min(retry * 2, LAST_RETRY);
    say(`${why} ${fill("again", { seconds: Math.max(1, Math.round(wait / 1000)) })}`);
    clearTimeout(timer);
    timer = setTimeout(send, wait);
  }

  function put(saved) {
    const cited = new Set(saved.filter(([name]) => name === "cite").map(([, value]) => value));
    form.querySelectorAll("input[name=cite]").forEach((box) => { box.checked = cited.has(box.value); });
    for (const [name, value] of saved) {
      const field = form.elements[name];
      if (field && "value" in field && !["hidden", "checkbox", "radio"].includes(field.type)) field.value = value;
    }
    changed();
    send();
  }

  function offer(saved) {
    const box = document.createElement("p");
    const text = document.createElement("b");
    const take = document.createElement("button"), leave = document.createElement("button");
    box.className = "kept";
    text.textContent = `${fill("found", { at: new Date(saved.at).toLocaleString() })} `;
    take.type = leave.type = "button";
    take.className = "main";
    take.textContent = words.take;
    leave.textContent = words.leave;
    take.addEventListener("click", () => { box.remove(); put(saved.fields); });
    leave.addEventListener("click", () => { box.remove(); local.drop(); });
    box.append(text, take, " ", leave);
    form.before(box);
  }

  const typed = (list) => list.filter(([name]) => ["title", "body", "rating", "note"].includes(name));
  const found = local.get();
  if (found?.fields) {
    if (same(typed(found.fields), typed(last))) local.drop();
    else offer(found);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
  window.addEventListener("online", () => { if (local.get()) send(); });
  window.addEventListener("pagehide", () => {
    if (leaving || !local.get()) return;
    const body = new URLSearchParams([["csrf", form.elements.csrf.value], ...fields()]);
    fetch(form.dataset.keep, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } }).catch(() => {});
  });
})();
