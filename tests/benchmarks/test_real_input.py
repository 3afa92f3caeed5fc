"""The trials on real sets: what their command refuses."""

import pytest

from benchmarks.real_input import parse


def test_tables_of_one_trial_do_not_take_the_place_of_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse(["--data", "sets", "--only", "sst2", "--write", "docs/real-input.md"])
    assert "leave out --only" in capsys.readouterr().err


def test_an_unknown_trial_is_refused_with_the_known_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse(["--data", "sets", "--only", "sst3"])
    assert "alpaca_en" in capsys.readouterr().err
