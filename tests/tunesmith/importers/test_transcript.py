"""Transcripts of `Human:` and `Assistant:`."""

from tests.tunesmith.importers.reading import said
from tunesmith.importers.transcript import is_transcript, read_transcript


def test_turns_are_told_apart() -> None:
    text = "\n\nHuman: Hi\n\nthere\n\nAssistant: Hello\n\nHuman: 再见\n\nAssistant: 慢走"
    assert said(read_transcript(text)) == [
        ("user", "Hi\n\nthere"),
        ("assistant", "Hello"),
        ("user", "再见"),
        ("assistant", "慢走"),
    ]


def test_two_turns_of_one_speaker_are_one() -> None:
    text = "Human: a\n\nHuman: b\n\nAssistant: c"
    assert said(read_transcript(text)) == [("user", "a\n\nb"), ("assistant", "c")]


def test_other_texts_are_no_transcripts() -> None:
    assert not is_transcript("Human: who is human?")
    assert not is_transcript("He said: \n\nHuman: Hi\n\nAssistant: no")
