"""The picture: well-formed, escaped, and every text inside of its box."""

from xml.etree import ElementTree

from tunesmith.lineage.picture import Graph, Node, draw, layout, shortened, text_width

LONG = "一个非常长的中文数据源的名字，长到一个盒子里放不下的地步"
GRAPH = Graph(
    '来源 <of> & "all"',
    ("from", "to"),
    (
        Node("a", 0, "source", ("a<b>&.jsonl", "1 row")),
        Node("b", 0, "source", (LONG,)),
        Node("c", 1, "model", ("adapter@v0.2.0",)),
    ),
    (("a", "c"), ("b", "c")),
)


def test_it_is_xml_whatever_the_names_are() -> None:
    root = ElementTree.fromstring(draw(GRAPH))
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "a<b>&.jsonl" in texts
    assert LONG in [one.text for one in root.iter("{http://www.w3.org/2000/svg}title")]


def test_boxes_hold_their_text_and_do_not_meet() -> None:
    boxes = layout(GRAPH)
    assert all(
        text_width(shortened(line)) < box.width for box in boxes.values() for line in box.node.lines
    )
    assert boxes["a"].y + boxes["a"].height < boxes["b"].y
    assert boxes["b"].x + boxes["b"].width < boxes["c"].x


def test_a_long_text_is_cut_by_its_width_on_the_screen() -> None:
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("中文字符", 5) == "中文…"
    assert shortened("中文", 4) == "中文"
