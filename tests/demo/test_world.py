"""The demo world is data: its shape, its gold labels and its spread over languages hold together.

A gold line holds an item's ``type`` and its ``findings``. ``repeats`` and ``distorts`` (the flags) are labelled
exhaustively; ``debunks`` and ``supported`` name the clearest sentences, so an item may hold further ones.
A finding with ``first_version_only`` stands in the text before its correction and is gone from the corrected one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

WORLD = Path(__file__).parents[2] / "factdesk" / "demo" / "world"
GOLD = Path(__file__).parents[1] / "data" / "demo_gold.jsonl"
LANGUAGES = ("en", "vi", "es", "fr", "ar")
SERVES = {
    *("rss", "atom", "jsonfeed", "sitemap", "page", "mastodon"),
    *("factcheck", "authority", "error500", "forbidden", "brokenxml", "latin1"),
}
NEVER_FLAGGED = ("opinion", "criticism", "satire", "prediction", "question", "debunks")
DIFFERENCES = {"number", "date", "negation", "cause", "quotation"}
Record = dict[str, Any]


def _load() -> tuple[list[Record], dict[str, Record]]:
    outlets: list[Record] = json.loads((WORLD / "outlets.json").read_text(encoding="utf-8"))
    items: dict[str, Record] = {}
    for outlet in outlets:
        for item in json.loads((WORLD / f"{outlet['key']}.json").read_text(encoding="utf-8")):
            assert item["id"] not in items, f"{item['id']} stands twice"
            items[item["id"]] = item | {"outlet": outlet}
    return outlets, items


OUTLETS, ITEMS = _load()
GOLD_LINES: list[Record] = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def _first_version(item: Record) -> str:
    return str(item["text"]) if item["kind"] == "post" else "\n".join(item["paragraphs"])


def _flags(label: Record) -> list[Record]:
    return [finding for finding in label["findings"] if finding["finding"] in {"repeats", "distorts"}]


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def _overlap(left: str, right: str) -> float:
    one, other = _shingles(left), _shingles(right)
    return len(one & other) / len(one | other)


def test_every_way_of_serving_and_every_press_language_has_an_outlet() -> None:
    serves = Counter(outlet["serves"] for outlet in OUTLETS)
    assert set(serves) == SERVES
    assert (serves["factcheck"], serves["authority"], serves["mastodon"]) == (1, 1, 2)
    press = {language for outlet in OUTLETS if outlet["role"] == "press" for language in outlet["languages"]}
    assert press == set(LANGUAGES)
    keys = [outlet["key"] for outlet in OUTLETS]
    assert len(set(keys)) == len(keys)
    assert all(outlet["host"] == f"{outlet['key']}.localhost" for outlet in OUTLETS)
    assert all(outlet["name"] and outlet["about"] for outlet in OUTLETS)


def test_every_file_belongs_to_an_outlet() -> None:
    assert {path.stem for path in WORLD.glob("*.json")} == {"outlets", *(outlet["key"] for outlet in OUTLETS)}


def test_paths_are_unique_in_their_outlet() -> None:
    paths = Counter((item["outlet"]["key"], item["path"]) for item in ITEMS.values())
    assert [path for path, count in paths.items() if count > 1] == []


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS.keys())
def test_an_item_has_the_fields_of_its_kind(item: Record) -> None:
    kinds = {"factcheck": "factcheck", "evidence": "bulletin", "social": "post", "press": "article"}
    assert item["kind"] == kinds[item["outlet"]["role"]]
    assert item["language"] in item["outlet"]["languages"]
    assert 0 <= item["day"] <= 6
    assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", item["time"])
    assert re.fullmatch(r"/[!-~]+", item["path"])
    if item["kind"] == "post":
        _check_post(item)
    else:
        _check_page(item)


def _check_post(item: Record) -> None:
    assert 15 <= len(item["text"].split()) <= 60
    assert re.findall(r"#(\w+)", item["text"]) == item["hashtags"]
    assert set(item["account"]) == {"username", "display_name"}
    assert all(isinstance(item[count], int) and item[count] >= 0 for count in ("replies", "shares", "likes"))


def _check_page(item: Record) -> None:
    least = 118 if item["kind"] == "article" else 75
    assert least <= sum(len(paragraph.split()) for paragraph in item["paragraphs"]) <= 260
    assert 4 <= len(item["paragraphs"]) <= 8
    assert item["title"]
    assert item["summary"]
    assert item["section"] in {"news", "opinion", "satire"}
    assert ("byline" in item) == (item["kind"] != "bulletin")
    if item["kind"] == "factcheck":
        review = item["claimreview"]
        assert review["worstRating"] <= review["ratingValue"] <= review["bestRating"]
        assert review["claimReviewed"]
        assert review["alternateName"]
        assert item["claimLanguage"] in LANGUAGES


def test_the_outlet_that_lies_about_its_encoding_can_be_sent_in_it() -> None:
    for item in (item for item in ITEMS.values() if item["outlet"]["serves"] == "latin1"):
        text = "\n".join([item["title"], item["summary"], item["byline"], *item["paragraphs"]])
        wire = text.encode("windows-1252")
        with pytest.raises(UnicodeDecodeError):
            wire.decode("utf-8")


def test_gold_covers_every_item_exactly_once() -> None:
    assert sorted(label["id"] for label in GOLD_LINES) == sorted(ITEMS)
    for label in GOLD_LINES:
        item = ITEMS[label["id"]]
        assert (label["outlet"], label["language"]) == (item["outlet"]["key"], item["language"])
        unreachable = item["outlet"]["serves"] in {"error500", "forbidden"}
        assert (label["type"] == "unreachable") == unreachable


@pytest.mark.parametrize("label", GOLD_LINES, ids=[label["id"] for label in GOLD_LINES])
def test_a_label_points_at_its_sentence_and_its_citation(label: Record) -> None:
    text = _first_version(ITEMS[label["id"]])
    for finding in label["findings"]:
        assert finding["text"] in text
        cited = ITEMS[finding["citation"]]["kind"]
        allowed = {"supported": {"bulletin", "factcheck"}, "distorts": {"bulletin"}}
        assert cited in allowed.get(finding["finding"], {"factcheck"})
        assert (finding["finding"] == "distorts") == (finding.get("difference") in DIFFERENCES)
    if label["type"] in {"repeats", "distorts", "debunks", "supported"}:
        assert label["type"] in {finding["finding"] for finding in label["findings"]}
    else:
        assert label["findings"] == []


def test_what_must_never_be_flagged_carries_no_flag() -> None:
    assert [label["id"] for label in GOLD_LINES if label["type"] in NEVER_FLAGGED and _flags(label)] == []


def test_a_debunked_claim_is_reworded_and_never_copied() -> None:
    for label in GOLD_LINES:
        for finding in (finding for finding in _flags(label) if finding["finding"] == "repeats"):
            cited = ITEMS[finding["citation"]]["claimreview"]
            assert cited["alternateName"] != "True"
            assert cited["claimReviewed"].rstrip(".").lower() not in finding["text"].lower()


def test_the_mix_is_at_least_what_the_demo_promises() -> None:
    types = Counter(label["type"] for label in GOLD_LINES)
    least = {"repeats": 28, "distorts": 22, "debunks": 14, "factcheck": 14, "bulletin": 12, "satire": 6}
    least |= {"prediction": 6, "question": 4, "unreachable": 3}
    assert [kind for kind, count in least.items() if types[kind] < count] == []
    assert types["supported"] + types["unchecked"] >= 18
    assert types["opinion"] + types["criticism"] >= 14
    assert len(ITEMS) >= 140
    assert sum("copy_of" in item for item in ITEMS.values()) >= 5
    assert sum("corrected" in item for item in ITEMS.values()) >= 3


def test_every_language_has_its_share_of_every_main_type() -> None:
    spread = Counter((label["type"], label["language"]) for label in GOLD_LINES)
    least = {"repeats": 5, "distorts": 4, "debunks": 3, "supported": 2, "unchecked": 2, "question": 1, "prediction": 1}
    least |= {"satire": 1, "factcheck": 1, "bulletin": 1}
    thin = [(kind, code) for kind, count in least.items() for code in LANGUAGES if spread[kind, code] < count]
    assert thin == []
    assert all(spread["opinion", code] + spread["criticism", code] >= 2 for code in LANGUAGES)


def test_every_kind_of_difference_and_every_fact_check_is_used() -> None:
    findings = [finding for label in GOLD_LINES for finding in label["findings"]]
    assert {finding["difference"] for finding in findings if finding["finding"] == "distorts"} == DIFFERENCES
    used = {finding["citation"] for finding in findings if finding["finding"] in {"repeats", "debunks"}}
    reviews = {item["id"]: item["claimreview"] for item in ITEMS.values() if item["kind"] == "factcheck"}
    assert {key for key, review in reviews.items() if review["alternateName"] != "True"} <= used


def test_only_wire_copies_are_nearly_the_same() -> None:
    pages = [item for item in ITEMS.values() if item["kind"] == "article"]
    for left, right in combinations(pages, 2):
        roots = {item.get("copy_of", item["id"]) for item in (left, right)}
        alike = _overlap(_first_version(left), _first_version(right))
        assert (alike > 0.6) if len(roots) == 1 else (alike < 0.1), (left["id"], right["id"], alike)


def test_a_copy_is_printed_after_its_original() -> None:
    for item in (item for item in ITEMS.values() if "copy_of" in item):
        first = ITEMS[item["copy_of"]]
        assert (first["day"], first["time"]) < (item["day"], item["time"])


def test_a_correction_comes_later_and_changes_the_text() -> None:
    corrected = [item for item in ITEMS.values() if "corrected" in item]
    for item in corrected:
        change = item["corrected"]
        assert (change["day"], change["time"]) > (item["day"], item["time"])
        assert change["paragraphs"] != item["paragraphs"]
        assert len(change["paragraphs"]) == len(item["paragraphs"])
        assert change["note"].startswith("Correction:")


def test_a_label_that_a_correction_removes_says_so() -> None:
    for label in GOLD_LINES:
        later = "\n".join(ITEMS[label["id"]].get("corrected", ITEMS[label["id"]]).get("paragraphs", ()))
        for finding in label["findings"]:
            gone = bool(later) and finding["text"] not in later
            assert finding.get("first_version_only", False) == gone
