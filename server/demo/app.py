"""The page **Telepon warga**: a phone to play on, the road to the Polres, and the answers."""

import hashlib
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from server.demo.gauges import Gauges
from server.demo.people import PLACES, VILLAGERS, Villager
from server.demo.phones import Bubble, Kind, Phones
from server.demo.world import Village, World
from server.web.guards import public
from server.web.site import Site, finish, make_site

TEXT_CHARACTERS_MAX: Final = 1_000
_HERE: Final = Path(__file__).parent
_EXTENSION: Final = "kentongan_demo"
_BY_NUMBER: Final = {villager.number: villager for villager in VILLAGERS}
_MARKS: Final = {
    path.name: hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
    for path in (_HERE / "static").iterdir()
}
blueprint = Blueprint("phone", __name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """What the page plays on."""

    world: World
    phones: Phones
    gauges: Gauges

    def village(self, villager: Villager) -> Village:
        """The desa where somebody lives."""
        return self.world.villages[villager.desa]

    def send(self, villager: Villager, text: str) -> None:
        """A villager sends a text."""
        self.phones.add(villager.number, Kind.SENT, text, int(time.time()))
        self.village(villager).mast.text(villager.number, text)

    def ring(self, villager: Villager) -> None:
        """A villager rings and hangs up."""
        self.phones.add(villager.number, Kind.CALL, "", int(time.time()))
        self.village(villager).mast.ring(villager.number)


def create_app(stage: Stage) -> Flask:
    """The page over a running world."""
    app = make_site(
        Site(
            cookie="kentongan_demo",
            templates=_HERE / "templates",
            find=lambda _: None,
            login="phone.page",
            now_s=lambda: int(time.time()),
            zone="WITA",
        )
    )
    app.extensions[_EXTENSION] = stage
    app.jinja_env.globals.update(
        demo_asset=lambda name: url_for("phone.static", name=name, v=_MARKS[name]),
        villagers=VILLAGERS,
        places=PLACES,
        text_max=TEXT_CHARACTERS_MAX,
        by_number=_BY_NUMBER,
    )
    app.register_blueprint(blueprint)
    return finish(app)


@blueprint.get("/")
@public
def page() -> str:
    """Phone, road, answers; `hp` chooses whose phone."""
    stage = _stage()
    return render_template("telepon.html", stage=stage, **_shown(stage, _chosen()))


@blueprint.get("/keadaan")
@public
def state() -> Response:
    """What the page shows, for its script: counters as numbers, bubbles as HTML."""
    stage, chosen = _stage(), _chosen()
    shown = _shown(stage, chosen)
    answer = jsonify(
        jalan=[asdict(gauge) for gauge in stage.gauges.now],
        utas=render_template("utas.html", **shown),
        jawaban=render_template("jawaban.html", **shown),
        cuplikan=shown["snippets"],
    )
    answer.set_etag(hashlib.blake2b(answer.get_data(), digest_size=8).hexdigest())
    answer.make_conditional(request)
    return answer


@blueprint.post("/kirim")
@public
def send() -> AnyResponse:
    """Send a text from a villager's phone."""
    text = request.form.get("text", "").replace("\r\n", "\n").strip()[:TEXT_CHARACTERS_MAX]
    if text:
        _stage().send(_posted(), text)
    return _back()


@blueprint.post("/panggil")
@public
def ring() -> AnyResponse:
    """Ring from a villager's phone and hang up."""
    _stage().ring(_posted())
    return _back()


@blueprint.post("/jalan")
@public
def road() -> AnyResponse:
    """Cut or restore the road of a desa."""
    stage = _stage()
    index = request.form.get("desa", type=int)
    if index is None or not 0 <= index < len(PLACES):
        abort(404)
    link = stage.world.villages[index].link
    if request.form.get("buka") == "1":
        link.restore()
    else:
        link.cut()
    stage.gauges.refresh()
    return _back()


@blueprint.get("/berkas/<name>")
@public
def static(name: str) -> Response:
    """The demo's own style and script."""
    answer = send_from_directory(_HERE / "static", name)
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _stage() -> Stage:
    stage = current_app.extensions[_EXTENSION]
    assert isinstance(stage, Stage)  # noqa: S101 - create_app put it there
    return stage


def _chosen() -> Villager:
    return _BY_NUMBER.get(request.args.get("hp", ""), VILLAGERS[0])


def _posted() -> Villager:
    villager = _BY_NUMBER.get(request.form.get("hp", ""))
    if villager is None:
        abort(404)
    return villager


def _back() -> AnyResponse:
    return redirect(url_for("phone.page", hp=request.form.get("hp") or None), 303)


def _shown(stage: Stage, chosen: Villager) -> dict[str, object]:
    return {
        "chosen": chosen,
        "thread": stage.phones.thread(chosen.number),
        "answers": stage.phones.answers(),
        "gauges": stage.gauges.now,
        "snippets": {v.number: _snippet(stage.phones.last(v.number)) for v in VILLAGERS},
    }


def _snippet(last: Bubble | None) -> str:
    if last is None:
        return "belum ada SMS"
    return "panggilan tak terjawab" if last.kind is Kind.CALL else last.text
