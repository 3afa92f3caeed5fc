"""One instruction with several inputs and outputs."""

from tests.tunesmith.importers.reading import imported, said


def test_each_instance_is_an_example_of_one_group() -> None:
    instances = [{"input": "快", "output": "慢"}, {"input": "大", "output": "小"}]
    found = imported({"instruction": "反义词", "instances": instances})
    assert [said(row["completion"])[0][1] for row in found.rows] == ["慢", "小"]
    assert said(found.rows[0]["prompt"]) == [("user", "反义词\n快")]
    assert len({row["group"] for row in found.rows}) == 1
    assert found.shapes == {"self_instruct": 2}


def test_no_instance_is_named() -> None:
    assert imported({"instruction": "x", "instances": []}).rejected[0].reason.endswith("is empty")
