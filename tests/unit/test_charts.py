"""Charts: numbers become shapes that stay inside their drawing and keep their proportions."""

import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from server.web import charts

NUMBERS = st.lists(st.integers(0, 5_000), min_size=1, max_size=60)
SIGNALS = st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=60)


@given(NUMBERS, st.randoms(use_true_random=False))
def test_every_bar_lies_inside_the_drawing_and_on_its_side_of_the_axis(
    up: list[int], chance: Random
) -> None:
    down = chance.sample(up, len(up))
    chart = charts.bars(up, down)
    assert len(chart.up) == sum(map(bool, up))
    for bar in chart.up:
        assert -0.02 <= bar.y <= bar.y + bar.height <= chart.axis + 0.02
    for bar in chart.down:
        assert chart.axis <= bar.y <= bar.y + bar.height <= charts.HEIGHT + 0.02
    for bar in (*chart.up, *chart.down):
        assert 0 <= bar.x < bar.x + bar.width <= chart.columns


def test_both_rows_share_one_scale() -> None:
    chart = charts.bars([6, 0, 3], [2, 0, 0])
    assert [bar.height for bar in chart.up] == [75.0, 37.5]
    assert [bar.height for bar in chart.down] == [25.0]
    assert (chart.axis, chart.most_up, chart.most_down) == (75.0, 6, 2)
    assert [round(bar.x) for bar in chart.up] == [0, 2]


def test_nothing_counted_draws_no_bar() -> None:
    chart = charts.bars([0, 0], [0, 0])
    assert (chart.up, chart.down, chart.columns) == ((), (), 2)


@given(SIGNALS)
def test_a_line_has_one_piece_for_each_run_of_known_numbers(values: list[int | None]) -> None:
    path = charts.steps(values, 100).path
    known = "".join("-" if value is None else "x" for value in values)
    assert path.count("M") == len(re.findall("x+", known))
    assert path.count("H") == known.count("x")
    heights = [float(y) for y in re.findall(r"(?:V|M\d+ )([\d.]+)", path)]
    assert heights == [100 - value for value in values if value is not None]


def test_a_band_reaches_from_the_least_to_the_most() -> None:
    chart = charts.steps([50, None, 20], 100, [(40, 70), None, (20, 20)])
    assert chart.path == "M0 50H1M2 80H3"
    assert chart.band == (charts.Bar(0.0, 30, 1.0, 30), charts.Bar(2.0, 80, 1.0, 0))


@given(st.integers(0, 10**9))
def test_the_top_of_a_scale_is_round_and_not_far_above(most: int) -> None:
    top = charts.ceiling(most)
    assert most <= top <= max(1, 2.5 * most)
    assert re.fullmatch("[125]0*", str(top))
