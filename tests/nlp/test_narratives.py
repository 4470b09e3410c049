import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from factdesk.evaluation.claims import evaluate_narratives
from factdesk.records import digest_id
from nlp.base import Encoder
from nlp.encoders import load_encoder
from nlp.narratives import NarrativeBuilder, Tuning
from tests.nlp._documents import DAY

STORIES = {
    "dam": [
        "They opened the Haldrin dam on purpose to drown the town",
        "The Haldrin dam was opened deliberately and drowned the town",
        "Han abierto a propósito la presa de Haldrin para inundar el pueblo",
        "On a ouvert volontairement le barrage de Haldrin pour noyer la ville",
    ],
    "water": [
        "Tap water in the valley carries cholera",
        "Cholera bacteria were found in the tap water",
        "El agua del grifo está contaminada con cólera",
    ],
    "prison": ["Dozens of prisoners escaped from Kestrow jail", "Prisoners fled Kestrow jail after the water came in"],
}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(threads=1)


def one_hot(at: int) -> NDArray[np.float32]:
    vector = np.zeros(8, np.float32)
    vector[at] = 1
    return vector


def test_the_same_story_is_joined_across_languages_and_others_stay_apart(encoder: Encoder) -> None:
    told = [(name, text) for name, texts in STORIES.items() for text in texts]
    vectors = encoder([text for _, text in told])
    found = NarrativeBuilder().add([(text, text, vector, DAY) for (_, text), vector in zip(told, vectors, strict=True)])
    assert len(set(zip([name for name, _ in told], found, strict=True))) == len(STORIES) == len(set(found))


def test_a_story_is_named_after_its_first_item() -> None:
    builder = NarrativeBuilder()
    assert builder.add([("a", "river", one_hot(0), None)]) == [digest_id("narrative", "a")]
    assert builder.add([("b", "river", one_hot(0), None)]) == [digest_id("narrative", "a")]
    assert builder.add([]) == []


def test_words_decide_where_meaning_is_even() -> None:
    builder = NarrativeBuilder(tuning=Tuning(meaning=0.5, threshold=0.4))
    even = (one_hot(0) + one_hot(1)) / np.float32(2**0.5)
    first, second = builder.add([("a", "flood in ambrel", one_hot(0), None), ("b", "fire in kestrow", one_hot(1), None)])
    assert first != second
    assert builder.add([("c", "kestrow fire", even, None), ("d", "ambrel flood", even, None)]) == [second, first]


def test_a_silent_story_fades() -> None:
    def rejoins(days: int) -> bool:
        builder = NarrativeBuilder(tuning=Tuning(half_life=timedelta(days=10)))
        items = [("a", "river rose", one_hot(0), DAY), ("b", "river rose", one_hot(0), DAY + timedelta(days=days))]
        return len(set(builder.add(items))) == 1

    assert rejoins(5)
    assert not rejoins(40)


def test_resuming_from_the_stored_members_changes_nothing(encoder: Encoder) -> None:
    texts = [text for texts in zip(*(STORIES[name][:2] for name in STORIES), strict=True) for text in texts] + STORIES["dam"][
        2:
    ]
    items = [(text, text, vector, DAY) for text, vector in zip(texts, encoder(texts), strict=True)]
    whole, first, second = NarrativeBuilder(), NarrativeBuilder(), NarrativeBuilder()
    expected = whole.add(items)
    start = first.add(items[:4])
    second.resume(first.dump())
    assert start + second.add(items[4:]) == expected
    assert [member.narrative for member in second.dump()] == expected


def test_many_stories_are_kept_apart() -> None:
    builder = NarrativeBuilder()
    vectors = np.eye(300, dtype=np.float32)
    found = builder.add([(str(at), f"word{at}x", vectors[at], None) for at in range(300)])
    assert len(set(found)) == 300
    assert builder.add([(f"again {at}", f"word{at}x", vectors[at], None) for at in range(300)]) == found


def test_a_stream_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "stream.jsonl.gz"
    told = [(name, text) for name, texts in STORIES.items() for text in texts]
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"id": at, "text": text, "cluster": name}) + "\n" for at, (name, text) in enumerate(told))
    said: list[str] = []
    report = evaluate_narratives(path, out=tmp_path / "out.jsonl", say=said.append)
    assert (report.nmi, report.ari, report.stories, report.items) == (1.0, 1.0, 3, len(told))
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == len(told)
    assert said


@pytest.mark.shared
def test_real_titles_form_their_stories() -> None:
    path = Path(__file__).parents[3] / "shared" / "data" / "narratives" / "news-t.jsonl.gz"
    if not path.is_file():
        pytest.skip("needs ../shared/data/narratives: put the data folder beside the project")
    assert evaluate_narratives(path).nmi >= 0.85


def drifting_items(count: int) -> list[tuple[str, str, NDArray[np.float32], datetime | None]]:
    """Return items around thirty centres whose words and times overlap, some without a time."""
    random = np.random.default_rng(11)
    centres = random.normal(size=(30, 64))
    items: list[tuple[str, str, NDArray[np.float32], datetime | None]] = []
    for at in range(count):
        story = int(random.integers(30))
        vector = centres[story] + random.normal(size=64) * 0.9
        words = " ".join(f"word{letters(int(one))}" for one in random.integers(story, story + 12, size=7))
        time = None if at % 17 == 0 else DAY + timedelta(hours=int(random.integers(2000)))
        items.append((f"item {at}", words, (vector / np.linalg.norm(vector)).astype(np.float32), time))
    return items


def letters(number: int) -> str:
    return chr(97 + number // 26) + chr(97 + number % 26)


@pytest.mark.parametrize("size", [7, 64, 600])
def test_the_batches_into_which_a_stream_is_cut_change_nothing(size: int) -> None:
    items = drifting_items(600)
    singly, batched = NarrativeBuilder(), NarrativeBuilder()
    one_by_one = [singly.add([item])[0] for item in items]
    cut = [name for start in range(0, len(items), size) for name in batched.add(items[start : start + size])]
    assert cut == one_by_one
    assert 20 < len(set(cut)) < 200


def test_equal_stories_go_to_the_older_one_in_any_batch() -> None:
    items = [(name, "river", one_hot(at), None) for name, at in (("a", 0), ("b", 1))]
    tie = ("c", "river", (one_hot(0) + one_hot(1)) / np.float32(2**0.5), None)
    tuning = Tuning(meaning=0.9, threshold=0.5)
    together, apart = NarrativeBuilder(tuning=tuning), NarrativeBuilder(tuning=tuning)
    assert together.add([*items, tie])[2] == digest_id("narrative", "a")
    assert [name for item in [*items, tie] for name in apart.add([item])][2] == digest_id("narrative", "a")


def test_without_a_vector_words_alone_decide() -> None:
    nothing = np.zeros(8, np.float32)
    texts = (
        "Cá chết trắng ở Dunmarrow vì quân đội đổ thuốc trừ sâu",
        "Quân đội đổ thuốc trừ sâu làm cá chết ở Dunmarrow",
        "Cô giáo tiểu học tìm lại được tấm bảng đen còn nguyên nét phấn",
    )
    first, second, third = NarrativeBuilder().add([(str(at), text, nothing, None) for at, text in enumerate(texts)])
    assert first == second != third
