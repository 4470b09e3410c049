"""A page that is empty without its scripts, in a real Chromium that fetches nothing past the collector's manners."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from crawlers import Archive, read_page
from crawlers._rendering import check_rendering, named
from factdesk.errors import SettingsError
from factdesk.loopback import Answer
from factdesk.settings import CollectorSettings
from factdesk.store import captures
from factdesk.store.database import reading
from factdesk.store.tables import captures as capture_rows
from tests.crawlers.collecting import Rig, page, rig

SHELL = """<!doctype html><html lang="en"><head><title>The dam</title><link rel="stylesheet" href="/look.css"></head>
<body><div id="app">Please enable JavaScript.</div><img src="/pixel.png"><iframe src="/frame.html"></iframe>
<script src="/app.js"></script></body></html>"""
SCRIPT = """
const say = (text) => {
  const p = document.createElement('p');
  p.textContent = text;
  document.querySelector('main').append(p);
};
const quiet = (url, how) => fetch(url, how).then((r) => r.text()).then((t) => say('LEAK ' + t)).catch(() => say('nothing'));
fetch('/story.json').then((r) => r.json()).then(async (story) => {
  document.getElementById('app').innerHTML = '<main><h1>' + story.title + '</h1></main>';
  story.paragraphs.forEach(say);
  await quiet('/private/notes.txt');
  await quiet('http://127.0.0.1:PORT/story.json');
  await quiet('http://metadata.google.internal/computeMetadata/v1/');
  await quiet('/form', { method: 'POST', body: 'x' });
  new WebSocket('ws://' + location.host + '/socket');
  navigator.sendBeacon('/beacon', 'x');
  if (navigator.serviceWorker) navigator.serviceWorker.register('/worker.js').catch(() => {});
});
"""
STORY = json.dumps({"title": "The dam holds", "paragraphs": ["The gates were closed at noon. " * 6, "Nobody was hurt. " * 9]})


def _serve(desk: Rig) -> None:
    js, data = "text/javascript", "application/json"
    desk.put("app", "/robots.txt", "User-agent: *\nDisallow: /private/\n", media_type="text/plain")
    desk.put("app", "/1", SHELL)
    desk.put("app", "/app.js", SCRIPT.replace("PORT", str(desk.server.port)), media_type=js)
    desk.put("app", "/story.json", STORY, media_type=data)
    for path in ("/private/notes.txt", "/look.css", "/pixel.png", "/frame.html", "/form", "/beacon", "/worker.js", "/socket"):
        desk.put("app", path, "secret", media_type="text/plain")
    desk.site.pages["127.0.0.1/story.json"] = Answer(b"secret", "text/plain")
    desk.put("plain", "/2", page("No script is needed") + "<script>document.body.innerHTML = 'changed'</script>")
    desk.feed("app", "/1")
    desk.feed("plain", "/2")
    desk.source("app")
    desk.source("plain")


def _read(desk: Rig, path: str) -> str:
    with reading(desk.engine) as connection:
        (number,) = connection.execute(select(capture_rows.c.id).where(capture_rows.c.url.endswith(path))).scalars()
        (row,) = captures.find(connection, [number])
    extracted = read_page(captures.load(Archive(desk.settings.archive), row))
    return getattr(extracted, "text", "")


@pytest.mark.browser
def test_a_page_is_read_as_its_scripts_make_it_and_they_reach_nothing_else(tmp_path: Path, chromium: str) -> None:
    pytest.importorskip("playwright", reason="the extra factdesk[javascript] is not installed")
    with rig(tmp_path, render_hosts=("app.localhost",), browser=chromium, delay_s=0.1) as desk:
        _serve(desk)
        desk.collect()
        asked = [visit.target for visit in desk.server.log.visits("app.localhost")]
        told = desk.server.log.tally("app.localhost")
        assert not desk.server.log.visits("127.0.0.1")
        rendered, plain = _read(desk, "/1"), _read(desk, "/2")
    assert sorted(asked) == ["/.well-known/tdmrep.json", "/1", "/app.js", "/feed.xml", "/robots.txt", "/story.json"]
    assert told.max_simultaneous == told.connections == 1
    assert told.min_gap_s >= 0.1
    assert "The gates were closed at noon." in rendered
    assert "LEAK" not in rendered
    assert "No script is needed" in plain


@pytest.mark.browser
def test_a_script_that_never_ends_fails_its_page_alone(tmp_path: Path, chromium: str) -> None:
    pytest.importorskip("playwright", reason="the extra factdesk[javascript] is not installed")
    with rig(tmp_path, render_hosts=("*.localhost",), browser=chromium, timeout_s=2) as desk:
        desk.put("app", "/1", "<html><body><p>x</p><script>for (;;) {}</script></body></html>")
        desk.put("app", "/2", page("The dam holds"))
        desk.feed("app", "/1", "/2")
        desk.source("app")
        desk.collect()
        outcomes = desk.outcomes()
        assert "The dam holds" in _read(desk, "/2")
    assert outcomes["/1"] == (None, "The page could not be rendered: TimeoutError.")


def test_only_named_hosts_are_rendered_and_the_extra_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert named("app.example", ("App.Example",))
    assert named("m.app.example", ("*.app.example",))
    assert not named("app.example", ("*.app.example", "example"))
    assert not named("evilapp.example", ("*.app.example",))
    off, on = CollectorSettings(), CollectorSettings(render_hosts=("app.example",))
    monkeypatch.setattr("crawlers._rendering.find_spec", lambda _: None)
    check_rendering(off)
    with pytest.raises(SettingsError, match="extra") as caught:
        check_rendering(on)
    assert "factdesk[javascript]" in caught.value.remedy
