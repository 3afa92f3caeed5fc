"""What is a secret, and what only looks like one."""

import pytest

from flows.masking import masked


@pytest.mark.parametrize(
    ("name", "value", "is_secret"),
    [
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", True),
        ("HF_TOKEN", "hf_abcdefgh", True),
        ("SLACK_WEBHOOK_URL", "https://hooks.example.org/T0/B1", True),
        ("HF_TOKEN_PATH", "/home/me/token", False),
        ("TOKENIZERS_PARALLELISM", "false and long", False),
        ("GIT_AUTHOR_NAME", "Ada Lovelace", False),
        ("API_KEY", "short", False),
    ],
)
def test_a_secret_is_known_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, is_secret: bool
) -> None:
    monkeypatch.setenv(name, value)
    text = f"401: {value} is not allowed"
    assert masked(text) == ("401: *** is not allowed" if is_secret else text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fatal: https://me:pw@example.org/x.git", "fatal: https://***@example.org/x.git"),
        ("s3://bucket/a@b and http://example.org/c@d", None),
        ("ask me@example.org", None),
    ],
)
def test_what_a_url_holds_before_its_host_is_masked(text: str, shown: str | None) -> None:
    assert masked(text) == (shown or text)
