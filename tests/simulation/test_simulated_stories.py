"""A run that breaks a promise is told: how to replay it, and the shortest story that breaks it."""

import pytest
from click.testing import CliRunner
from stages import stage

from server.cli.root import kentongan
from server.desa.gateway import speaking
from server.simulation.chance import Chance
from server.simulation.many import Wish, replay
from server.simulation.plan import Happening, Kind, Plan, Weather, draw
from server.simulation.shrinking import Shrinking, story


def plan_of(*happenings: Happening) -> Plan:
    """A plan of two days."""
    return Plan(1, 2, 1, Weather(late=0.5, drop=0.5), happenings)


def at(hour: float, kind: Kind) -> Happening:
    """Something at an hour."""
    return Happening(hour * 3_600, kind, 0, int(hour))


def test_a_story_is_shortened_to_what_breaks_the_promise() -> None:
    whole_plan = plan_of(*(at(n, k) for n, k in enumerate((Kind.TEXT, Kind.CUT, Kind.CALL) * 5, 1)))

    def fails(plan: Plan) -> bool:
        kinds = [one.kind for one in plan.happenings]
        return kinds.count(Kind.TEXT) >= 2 and Kind.CUT in kinds

    shrinking = Shrinking(whole_plan, fails, until_s=float("inf"))
    best = shrinking.shrink()
    assert sorted(one.kind for one in best.happenings) == sorted([Kind.TEXT, Kind.TEXT, Kind.CUT])
    assert best.weather == Weather()
    assert len(story(best)) == 3
    assert any("the power is cut" in line for line in story(best))


def test_shrinking_ends_when_its_time_is_over() -> None:
    plan = plan_of(at(1, Kind.TEXT), at(2, Kind.CUT))
    shrinking = Shrinking(plan, lambda _: True, until_s=0.0)
    assert shrinking.shrink() == plan
    assert shrinking.tried == 0


def test_streams_of_chance_do_not_disturb_each_other() -> None:
    one, other = Chance(7, "a"), Chance(7, "b")
    drawn = one.random()
    other.random()
    assert Chance(7, "a").random() == drawn
    assert Chance(7).sub("a").random() == drawn


def test_some_seeds_are_calm_and_faults_differ_from_seed_to_seed() -> None:
    plans = [draw(seed, 7, 2) for seed in range(100)]
    calm = [plan for plan in plans if plan.weather == Weather()]
    assert 3 < len(calm) < 40
    kinds = {frozenset(one.kind for one in plan.happenings) for plan in plans}
    assert len(kinds) > 80


def test_a_violation_prints_its_command_and_its_story(monkeypatch: pytest.MonkeyPatch) -> None:
    stage(1)
    monkeypatch.setattr(speaking, "_age_s", lambda *_: 1e9)
    asked = ["simulate", "--seeds", "0-9", "--days", "2", "--nodes", "1", "--stop"]
    done = CliRunner().invoke(kentongan, asked)
    assert done.exit_code == 1
    assert "i14_no_clock_reorders_or_expires" in done.output
    assert replay(Wish(0, 9, 2, 1), 0) in done.output
    assert "a villager writes" in done.output
