import time

import pytest

from nlp.duplicates import DuplicateFinder, signature, similarity
from tests.nlp._documents import document

WIRE = (
    "The order to leave was held back for hours while the town prepared its fair, people who live by the river said"
    " on Tuesday. Two boats were sent from the upper valley and a bridge was closed to all traffic. A spokesman for"
    " the valley council said the sirens had sounded at noon as planned, and that 1,200 households had been told by"
    " telephone or at the door. Water stood a metre deep in the market square by the evening and the power failed "
    "in three streets. Schools stay closed for the week."
)
BULLETIN = (
    "Bulletin number {n} of the river authority. At {hour}:00 the level at Lower Teyn was {level} metres, {trend} "
    "by {change} centimetres since the last reading. The discharge was {flow} cubic metres a second. Residents of "
    "the low town are asked to keep away from the banks and to follow the instructions of the civil guard. Shelters"
    " are open at the school and the sports hall. Questions are answered by telephone day and night. The authority "
    "thanks all volunteers for their work on the dykes."
)
VIETNAMESE = (
    "Mực nước sông Sorrin tại Lower Teyn đã dâng lên mức cao nhất trong nhiều năm qua, khiến hàng trăm gia đình "
    "phải rời nhà trong đêm. Chính quyền đã mở các điểm tạm trú tại trường học và nhà thi đấu, đồng thời điều "
    "thuyền đến các khu bị cô lập."
)
ARABIC = (
    "ارتفع منسوب نهر سورين في تين السفلى إلى أعلى مستوى منذ سنوات، واضطرت مئات الأسر إلى مغادرة منازلها ليلا. وفتحت"
    " السلطات مراكز إيواء في المدرسة والصالة الرياضية، وأرسلت قوارب إلى الأحياء المعزولة في الوادي."
)
CHINESE = (
    "索林河在下泰恩的水位上升到多年来的最高点，数百户家庭连夜撤离家园。当局在学校和体育馆开设了避难所，并"
    "派船前往被困的街区。居民说警报在中午响起。"
)


def first_copy(*texts: str, language: str = "en") -> str | None:
    """Return which earlier text the last one copies, by its number."""
    finder = DuplicateFinder()
    for at, text in enumerate(texts[:-1]):
        finder.add(str(at), finder.signature(document(text, language=language)))
    return finder.first_copy(document(texts[-1], language=language))


@pytest.mark.parametrize(
    "copy",
    [
        WIRE,
        f"(Wire) {WIRE}",
        WIRE.replace("Tuesday", "Wednesday").replace("as planned, ", ""),
        f"{WIRE} More to follow as it comes in from our correspondent on the spot.",
        WIRE.replace(". ", ".\n\n").upper(),
        WIRE.replace(" Schools stay closed for the week.", "") + " https://courier.example/2026/03/12",
    ],
)
def test_a_wire_copy_with_small_edits_is_joined(copy: str) -> None:
    assert first_copy(VIETNAMESE, WIRE, copy) == "1"


@pytest.mark.parametrize(
    "other",
    [
        WIRE.replace("1,200 households", "12,000 households"),
        WIRE.replace("had sounded at noon", "had not sounded at noon"),
        WIRE[: len(WIRE) // 3],
        BULLETIN,
        "",
    ],
)
def test_another_figure_a_negation_or_another_text_is_judged_by_itself(other: str) -> None:
    assert first_copy(WIRE, other) is None


def test_two_bulletins_with_one_boilerplate_stay_apart() -> None:
    one = BULLETIN.format(n=4, hour="06", level="7.40", trend="rising", change=12, flow=850)
    two = BULLETIN.format(n=5, hour="12", level="7.10", trend="falling", change=30, flow=790)
    assert first_copy(one, two) is None
    assert first_copy(one, two, one) == "0"


@pytest.mark.parametrize(
    ("language", "text", "edited"),
    [
        ("vi", VIETNAMESE, VIETNAMESE.replace("đồng thời điều", "rồi điều")),
        ("ar", ARABIC, ARABIC.replace("المعزولة في الوادي", "المعزولة")),
        ("zh", CHINESE, CHINESE.replace("居民说", "居民称")),
    ],
)
def test_other_scripts_are_joined_too(language: str, text: str, edited: str) -> None:
    assert first_copy(text, edited, language=language) == "0"
    assert first_copy(WIRE, text, language=language) is None


def test_short_posts_are_joined_only_when_their_words_are_the_same() -> None:
    assert first_copy("The dam has cracked!", "the dam has cracked https://square.example/1") == "0"
    assert first_copy("The dam has cracked!", "The dam has not cracked!") is None


def test_a_document_is_no_copy_of_itself() -> None:
    finder, article = DuplicateFinder(), document(WIRE)
    finder.add(article.id, finder.signature(article))
    assert finder.first_copy(article) is None
    assert finder.first_copy(document(WIRE, name="elsewhere")) == article.id


def test_the_first_copy_is_the_earliest() -> None:
    assert first_copy(WIRE, f"{WIRE} More to follow.", WIRE) == "0"


def test_resuming_from_stored_signatures_finds_the_same() -> None:
    finder = DuplicateFinder()
    stored = [("a", finder.signature(document(WIRE))), ("b", finder.signature(document(BULLETIN))), ("c", b"")]
    finder.resume(stored)
    assert finder.first_copy(document(f"{WIRE} More to follow.")) == "a"
    assert all(len(found) in {0, 544} for _, found in stored)


def test_a_signature_is_the_same_in_every_process() -> None:
    assert signature("one two three").hex()[:16] == signature("one  TWO three").hex()[:16]
    assert similarity(signature(WIRE), signature(WIRE)) == 1.0
    assert similarity(signature(WIRE), signature(VIETNAMESE)) < 0.1


def test_hostile_text_is_bounded() -> None:
    start = time.perf_counter()
    for text in ("word " * 1_000_000, "一" * 1_000_000, "\ud800" * 100, "\x00"):
        signature(text)
    assert time.perf_counter() - start < 15
