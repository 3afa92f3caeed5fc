"""The table of faults is made of what the tests have noted."""

from pathlib import Path

from benchmarks.faults import read, row

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
