"""Section `hardware`: optional, checked, and no reason to train anew."""

from pathlib import Path

import pytest

from tunesmith.errors import UserError
from tunesmith.hardware import Hardware, read_hardware


def read(folder: Path, text: str) -> Hardware:
    (folder / "params.yaml").write_text(text)
    return read_hardware(folder / "params.yaml")


@pytest.mark.parametrize("text", ["seed: 0\n", "hardware:\n", "hardware: {strategy: ddp}\n"])
def test_without_a_word_it_is_one_process(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Hardware(processes=None, hosts=None, threads=None)


def test_without_a_file_it_is_one_process(tmp_path: Path) -> None:
    assert read_hardware(tmp_path / "params.yaml") == Hardware()


@pytest.mark.parametrize("processes", ["auto", 8])
def test_processes_are_a_number_or_one_for_each_gpu(tmp_path: Path, processes: object) -> None:
    assert read(tmp_path, f"hardware: {{processes: {processes}}}").processes == processes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{processes: 0}", r"params.yaml:1: hardware.processes"),
        ("{strategy: zero3}", r"params.yaml:1: hardware.strategy.*'ddp' or 'fsdp2'"),
        ("{process: 2}", r'unknown key "process"; did you mean "processes"'),
        ("{processes: 1, strategy: fsdp2}", "hardware.strategy: fsdp2 shards over processes"),
    ],
)
def test_what_cannot_be_meant_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read(tmp_path, f"hardware: {text}")
