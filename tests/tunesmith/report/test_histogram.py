"""Histograms of lengths."""

import xml.etree.ElementTree as ET

import pytest

from tunesmith.report.histogram import histogram, quantile

EDGES = (1, 2, 4, 8)


def test_bars_go_from_the_first_filled_bin_to_the_last_and_the_fullest_is_highest() -> None:
    tree = ET.fromstring(histogram([0, 2, 0, 4, 0], EDGES, "lengths"))
    heights = [float(bar.attrib["height"]) for bar in tree.iter("rect")]
    assert len(heights) == 3
    assert heights[1] == 0
    assert heights[2] == 2 * heights[0] == max(heights)


def test_nothing_is_drawn_of_nothing() -> None:
    assert histogram([0, 0, 0, 0, 0], EDGES, "lengths") == ""


def test_a_label_is_escaped() -> None:
    assert "<script>" not in histogram([1, 0, 0, 0, 0], EDGES, "<script>")


@pytest.mark.parametrize(("share", "edge"), [(0.1, 2), (0.5, 2), (0.51, 8), (1.0, 8)])
def test_a_quantile_is_the_edge_that_its_share_stays_below(share: float, edge: int) -> None:
    assert quantile([0, 5, 0, 5, 0], EDGES, share) == edge
