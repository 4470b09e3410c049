import copy
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from dashboards import _amounts, _words
from dashboards._desk import FOLDER as PAGES
from factdesk.messages import Message, tell, tell_number
from factdesk.tongues import FOLDER, Form, choose, gettext, said, speaking, tongues
from tests.dashboards.conftest import House

TEMPLATES = PAGES / "templates"
_PLACE = re.compile(r"%\((\w+)\)[sd]")
_CATALOGUES = sorted(FOLDER.glob("*.po"))


@pytest.mark.parametrize(
    ("cookie", "accepted", "default", "code"),
    [
        ("", "", "en", "en"),
        ("", "", "vi", "vi"),
        ("", "vi-VN,vi;q=0.9,en;q=0.8", "en", "vi"),
        ("", "en;q=0.2, vi;q=0.7", "en", "vi"),
        ("", "vi;q=0, en;q=0.1", "vi", "en"),
        ("", "de, fr;q=x, ;;;q", "en", "en"),
        ("en", "vi", "vi", "en"),
        ("../../etc", "vi", "en", "vi"),
    ],
)
def test_the_language_is_the_chosen_one_then_the_browsers_then_the_desks(
    cookie: str, *, accepted: str, default: str, code: str
) -> None:
    assert choose(cookie, accepted, default=default).code == code


def test_words_dates_and_numbers_follow_the_language() -> None:
    at = datetime(2026, 9, 3, 14, 5, tzinfo=UTC)
    assert (_amounts.clock(at, UTC), _amounts.number(12345), _amounts.duration(3900)) == (
        "3 Sep 2026, 14:05",
        "12,345",
        "1 h 5 min",
    )
    with speaking(tongues()["vi"]):
        assert _amounts.day(at, UTC) == "3 thg 9, 2026"
        assert (_amounts.number(12345), _amounts.duration(3900)) == ("12.345", "1 giờ 5 phút")
        assert _words.language_name("ar") == "Tiếng Ả Rập"
        assert gettext("") == ""
    assert _words.language_name("ar") == "Arabic"
    assert (_words.language_name("xx-unknown!"), _words.language_name(None)) == ("xx-unknown!", "unknown")


def test_a_reader_is_spoken_to_in_the_browsers_language_until_another_is_chosen(house: House) -> None:
    browser = house.visitor()
    page = browser.get("/login", headers={"accept-language": "vi"})
    assert '<html lang="vi" dir="ltr">' in page.text
    assert "Mật khẩu" in page.text
    answer = browser.post("/language", data={"language": "en", "back": "//elsewhere.example"}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert "Password" in browser.get("/login", headers={"accept-language": "vi"}).text
    assert "Không có trang này." in house.visitor().get("/nothing", headers={"accept-language": "vi"}).text


_VALUES = ("River Authority", "Mã 12", "«the gates»", "7")
_STORED = [(code, form) for code, tongue in tongues().items() for form in tongue.forms]


@pytest.mark.parametrize(("code", "form"), _STORED, ids=[form.template[:40] for _, form in _STORED])
def test_a_stored_sentence_is_known_again_by_its_form(code: str, form: Form) -> None:
    names = list(dict.fromkeys(_PLACE.findall(form.template + form.many)))
    values: dict[str, object] = {name: _VALUES[at % 3] for at, name in enumerate(names)}
    values |= {name: 7 for name in ("number", "revision") if name in names}
    fresh = Message(form.template, values, many=form.many, number=7)
    with speaking(tongues()[code]):
        assert said(str(fresh)) == said(fresh) != fresh


def test_a_sentence_is_english_wherever_it_is_kept_and_the_readers_language_where_it_is_read() -> None:
    inner = tell("No cited passage gives %(words)s.", words="“100%”")
    told = tell_number(
        2,
        "%(number)s sentence is not backed by what the statement cites: %(shown)s",
        "%(number)s sentences are not backed by what the statement cites: %(shown)s",
        shown=inner,
    )
    assert told == "2 sentences are not backed by what the statement cites: No cited passage gives “100%”."
    assert json.dumps([told]) == f'["{json.dumps(str(told))[1:-1]}"]'
    again = copy.copy(told)
    assert (again, type(again), again.values) == (told, Message, dict(told.values))
    with speaking(tongues()["vi"]):
        assert said(again) == "2 câu không được trích dẫn của thông báo chứng thực: Không đoạn trích dẫn nào nêu “100%”."
        assert said("Something that somebody wrote: 12.") == "Something that somebody wrote: 12."
    assert said(again) == told


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    return [text] if isinstance(text, str) else text or ()


@pytest.mark.parametrize("path", _CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_keeps_the_places_for_values(path: Path) -> None:
    with path.open("rb") as file:
        for one in read_po(file, locale=path.stem):
            wanted = {place for form in _forms(one.id) for place in _PLACE.findall(form)}
            for said in filter(None, _forms(one.string) if one.id else ()):
                assert set(_PLACE.findall(said)) == wanted, one.id


_BLOCKS = re.compile(r"{%-?\s*trans.*?endtrans\s*-?%}|<(code|kbd|script|style)\b.*?</\1>", re.DOTALL)
_CODE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_SPOKEN = re.compile(r'\b(?:title|aria-label|placeholder|alt|label)="([^"]*)"')
_NAMES = {"PDF", "DOCX", "HTTP", "SHA-256"}  # the same in every language


@pytest.mark.parametrize("page", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.stem)
def test_no_word_of_a_page_stands_outside_the_catalogues(page: Path) -> None:
    markup = _CODE.sub("", _BLOCKS.sub("", page.read_text(encoding="utf-8")))
    said = [*_SPOKEN.findall(markup), *re.sub(r"<[^>]*>", "\n", markup).split("\n")]
    words = {word for text in said for word in re.findall(r"[A-Za-z][A-Za-z0-9-]+", text)}
    assert words <= _NAMES, page.name


def test_every_catalogue_translates_every_text() -> None:
    told = subprocess.run(
        [sys.executable, "scripts/catalogue.py", "--missing"],
        cwd=TEMPLATES.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (0, ""), "python scripts/catalogue.py, then translate what it prints"
