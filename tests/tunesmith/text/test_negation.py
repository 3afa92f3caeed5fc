"""Whether a text negates, in both languages."""

import pytest

from tunesmith.text.negation import negates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I do not want it", True),
        ("it isn't here", True),
        ("it does n't work , they ca n't say", True),
        ("It isn’t here", True),
        ("Never mind", True),
        ("a knot in the notebook, nothing", True),
        ("a knot in the notebook", False),
        ("我不想要了", True),
        ("还没有收到", True),
        ("别寄了", True),
        ("并非如此", True),
        ("你是不是想退款", False),
        ("有没有货", False),
        ("可不可以退", False),
        ("能不能不寄", True),
        ("特别好，不错，未来可期，非常满意", False),
        ("无论如何都要", False),
        ("", False),
    ],
)
def test_negation_is_told_from_words_that_look_like_it(text: str, expected: bool) -> None:
    assert negates(text) is expected
