"""The table of faults is made of what the tests have noted."""

from pathlib import Path

import pytest

from benchmarks.faults import main, read, row

TOLD = """\
<testsuites><testsuite>
<testcase name="test_f12_a_slow_remote[a]"><properties>
  <property name="happened" value="waited, then pushed"/>
  <property name="lost_seconds" value="1.5"/></properties></testcase>
<testcase name="test_f3_a_killed_flow_goes_on"><failure/></testcase>
<testcase name="test_clock_jump_changes_nothing"/>
<testcase name="test_f5_needs_bash"><skipped/></testcase>
<testcase name="test_f6_is_kept"/>
</testsuite></testsuites>
"""


def test_each_fault_is_a_row_by_its_number_and_one_not_survived_is_told(tmp_path: Path) -> None:
    (tmp_path / "tests.xml").write_text(TOLD)
    assert [row(fault) for fault in sorted(read(tmp_path / "tests.xml"))] == [
        "| F3 | **failed**: a killed flow goes on | |",
        "| F6 | is kept | 0.0 |",
        "| F12 | waited, then pushed | 1.5 |",
        "| clock jump | changes nothing | 0.0 |",
    ]


def test_what_a_run_of_all_tests_has_told_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "tests.xml"
    told.write_text(TOLD)
    monkeypatch.setattr("sys.argv", ["faults", "--told", str(told)])
    assert main() == 1, "one was not survived"
    assert "| F12 | waited, then pushed | 1.5 |" in capsys.readouterr().out
    told.write_text(TOLD.replace("<failure/>", ""))
    assert main() == 0
