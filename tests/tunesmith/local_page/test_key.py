"""The token: random, the owner's alone, the same after a crash, another after a clean end."""

from pathlib import Path

from tunesmith.local_page.key import forget, token_at


def test_a_token_outlives_a_crash_and_not_a_clean_end(tmp_path: Path) -> None:
    path = tmp_path / "judge" / "token"
    first = token_at(path)
    assert len(first) >= 43  # 256 bits
    assert token_at(path) == first
    forget(path)
    assert not path.exists()
    assert token_at(path) != first


def test_a_token_that_others_could_read_or_that_is_cut_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "token"
    first = token_at(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    second = token_at(path)
    assert second != first
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("short\n")
    assert token_at(path) not in {"short", second}
