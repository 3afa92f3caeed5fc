"""Whether DVC, typed by a person, would take any key that the host of an SSH remote shows."""

from pathlib import Path

import pytest

from flows import doctor
from flows.host_keys import is_unguarded

pytest.importorskip("asyncssh")
PROXY = "    ProxyCommand ssh -o ProxyCommand=none -W localhost:22 tunesmith@%h\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of `ssh` of the person who types; there are none yet."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    return tmp_path / ".ssh" / "config"


def test_without_settings_any_key_is_taken(config: Path) -> None:
    assert is_unguarded("ssh://tunesmith@store.example.org/srv/store")
    config.write_text("Host *\n    StrictHostKeyChecking yes\n")
    assert is_unguarded("ssh://tunesmith@store.example.org:2222/srv/store")


def test_ssh_as_the_way_to_the_host_looks_at_its_key(config: Path) -> None:
    config.write_text(f"Host store.example.org\n{PROXY}")
    assert not is_unguarded("ssh://tunesmith@store.example.org/srv/store")
    assert is_unguarded("ssh://tunesmith@other.example.org/srv/store")


@pytest.mark.parametrize("url", ["s3://bucket/store", "../remote", "/srv/store", "https://store"])
def test_a_remote_that_is_not_reached_by_ssh_has_no_such_key(config: Path, url: str) -> None:
    assert not is_unguarded(url)


def test_the_doctor_notes_it_with_both_ways_out(
    config: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.remote, "default", lambda: "store")
    monkeypatch.setattr(doctor, "url_of", lambda _: "ssh://***@store.example.org:2222/srv")
    [found] = doctor._host_key()
    assert (found.state, found.what) == ("note", "SSH host key")
    assert "`dvc pull` takes any key of store.example.org" in found.words
    assert "-W localhost:2222 USER@%h" in found.fix
    assert "python -m flows.dvc_process pull" in found.fix
    config.write_text(f"Host store.example.org\n{PROXY}")
    assert list(doctor._host_key()) == []
