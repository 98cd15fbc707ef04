"""Many boxes catch up at once with a served Polres: all of it arrives."""

import pytest

from server.bench.sync.rush import percentile, rush

pytestmark = pytest.mark.system


def test_every_report_of_every_box_arrives_while_another_reports() -> None:
    figures = {one.name: one for one in rush(4, 60)}
    assert figures["reports taken in a second"].value > 0
    assert figures["reports taken in a second"].note == ""
    assert figures["a box has caught up after, p99"].value > 0
    assert figures["meanwhile one new report, median"].value > 0


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0
    assert percentile([5.0], 1) == 5.0
