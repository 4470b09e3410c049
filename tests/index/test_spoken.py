"""What of a post is compared: what it says, not what its platform adds."""

import pytest

from index import spoken


@pytest.mark.parametrize(
    ("post", "said"),
    [
        ("The dam holds.", "The dam holds."),
        ("The dam broke https://pond.example/a?b=c now", "The dam broke now"),
        ("The dam broke pic.twitter.com/a1b2c3— Tallow", "The dam broke — Tallow"),
        ("Bread &amp; water", "Bread & water"),
        ("#StopTheFlood now", "Stop The Flood now"),
        ("#NHSBeds2Few #dam", "NHS Beds2 Few dam"),
        ("@OrlenDamWatch: it holds", "Orlen Dam Watch : it holds"),
        ("#lũ_lụt ở Lissow", "lũ lụt ở Lissow"),
        ("mail a@b.example", "mail a@b.example"),
        ("https://pond.example/only", "https://pond.example/only"),
        ("", ""),
    ],
)
def test_a_post_is_read_as_it_would_be_said(post: str, said: str) -> None:
    assert " ".join(spoken(post).split()) == said
