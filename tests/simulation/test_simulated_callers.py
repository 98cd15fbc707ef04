"""Every step and effect that the running processes call is called in simulated worlds, too."""

import ast
import importlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

from stages import broken, lived, stage

import server.desa.run
import server.polres.pages
from server.desa import steps
from server.desa.frontdesk import FrontDesk
from server.desa.officers.keydesk import KeyDesk
from server.desa.radios import chores
from server.simulation.chance import Chance
from server.simulation.plan import Happening, Kind, Plan, Weather

DAYS, BOXES = 4, 3
OFTEN = {
    Kind.TEXT: 12, Kind.CALL: 3, Kind.OFFICER: 12, Kind.DUTY: 12, Kind.KEYS: 14, Kind.STAFF: 16,
    Kind.PARCEL: 6, Kind.CUT: 2, Kind.COPIED: 2, Kind.CARD_RESTORED: 1, Kind.BACKUP: 2,
    Kind.REBUILT: 1, Kind.STOLEN: 1,
}  # fmt: skip
BOXES_OF = {
    Kind.STOLEN: 2, Kind.COPIED: 0, Kind.CARD_RESTORED: 0, Kind.BACKUP: 1, Kind.REBUILT: 1,
}  # fmt: skip
# A key file that was set back loses what was sealed to the lost key; no world plays that. The walks
# of tests/unit/test_exchange_key_walks.py do.
ELSEWHERE = frozenset({"server.polres.rotation.answering.show"})
LAST = frozenset({Kind.CARD_RESTORED, Kind.REBUILT, Kind.STOLEN})


def everything_happens() -> Plan:
    """A plan in which each kind happens often; cards are lost on the last day."""
    chance = Chance("callers")
    happenings = []
    for kind, times in OFTEN.items():
        for _ in range(times):
            day = DAYS - 1 if kind in LAST else chance.random() * (DAYS - 1)
            box = BOXES_OF.get(kind, chance.randrange(BOXES - 1))
            at_s = (day + 0.9 * chance.random() * (kind in LAST)) * 86_400
            happenings.append(Happening(at_s, kind, box, chance.getrandbits(32)))
    return Plan(1, DAYS, BOXES, Weather(repeated=0.1), tuple(sorted(happenings)), 8.0)


def functions_of(module: object) -> dict[str, Callable[..., object]]:
    """Public functions that a module defines."""
    found = inspect.getmembers(module, inspect.isfunction)
    name = getattr(module, "__name__", "")
    return {f"{name}.{n}": f for n, f in found if not n.startswith("_") and f.__module__ == name}


def methods_of(kind: type) -> dict[str, Callable[..., object]]:
    """Public methods of a class."""
    found = inspect.getmembers(kind, inspect.isfunction)
    return {f"{kind.__name__}.{n}": f for n, f in found if not n.startswith("_")}


def called_in(path: Path, owner: str) -> set[str]:
    """Names `module.function` that a function of a file calls."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    body = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == owner)
    calls = [n.func for n in ast.walk(body) if isinstance(n, ast.Call)]
    dotted = [f for f in calls if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name)]
    return {f"{f.value.id}.{f.attr}" for f in dotted if isinstance(f.value, ast.Name)}


def jobs_of_a_box() -> dict[str, Callable[..., object]]:
    """What the clock of `desa run` drives, read from its code."""
    path = Path(server.desa.run.__file__)
    found: dict[str, Callable[..., object]] = {}
    known = {"exchanger": server.desa.run.Exchanger, "unlocker": server.desa.run.Unlocker}
    for name in called_in(path, "drive") | called_in(path, "run"):
        owner, _, attribute = name.partition(".")
        holder = known.get(owner, getattr(server.desa.run, owner, None))
        function = getattr(holder, attribute, None)
        if inspect.isfunction(function) and function.__module__.startswith("server.desa"):
            found[name] = function
    found |= {"exchanger.tick": known["exchanger"].tick, "unlocker.tick": known["unlocker"].tick}
    return found


def writes_of_the_polres() -> dict[str, Callable[..., object]]:
    """What its pages call with the present moment, read from their code."""
    found: dict[str, Callable[..., object]] = {}
    for path in sorted(Path(server.polres.pages.__file__).parent.glob("*.py")):
        module = importlib.import_module(f"server.polres.pages.{path.stem}")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and _takes_district(call) and _takes_now(call):
                function = eval(ast.unparse(call.func), vars(module))  # noqa: S307
                inside = function.__module__.startswith("server.polres.pages")
                if function.__module__.startswith("server.polres") and not inside:
                    found[f"{function.__module__}.{function.__name__}"] = function
    return found


def _takes_district(call: ast.Call) -> bool:
    return any(ast.unparse(one) == "the_district()" for one in call.args)


def _takes_now(call: ast.Call) -> bool:
    every = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(ast.unparse(one) == "now_s()" for one in every)


def everything() -> dict[str, CodeType]:
    """The code of every step and effect, by name."""
    found = {
        **functions_of(steps),
        **{f"chores.{one.__name__}": one for one in chores.CHORES},
        **methods_of(FrontDesk),
        **methods_of(KeyDesk),
        **jobs_of_a_box(),
        **writes_of_the_polres(),
    }
    return {name: inspect.unwrap(one).__code__ for name, one in found.items()}


def test_the_list_of_effects_is_read_from_the_code() -> None:
    names = set(everything())
    assert {"server.desa.steps.listen", "exchanger.tick", "steps.tend", "nightly.tick"} <= names
    assert {"FrontDesk.act", "KeyDesk.recover", "chores.overwrite_freed"} <= names
    assert "server.polres.gate.exchange" in names
    assert "server.polres.down.orders.order_answer" in names
    assert len(names) > 50


def test_every_step_and_effect_has_a_simulated_caller() -> None:
    wanted = everything()
    stage(BOXES)
    seen: set[CodeType] = set()
    codes = frozenset(wanted.values())

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in codes:
            seen.add(frame.f_code)

    sys.setprofile(note)
    try:
        found = broken(lived(everything_happens(), lambda _: None))
    finally:
        sys.setprofile(None)
    assert found == []
    missing = {name for name, code in wanted.items() if code not in seen}
    assert missing == ELSEWHERE, " ".join(missing)
