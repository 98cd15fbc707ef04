"""The house rules that a machine can judge."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hardware", "sms", "sync", "server")
LINES_A_MODULE = 400
LINES_A_FUNCTION = 50
LINES_A_README = 120
LINES_A_TEMPLATE = 150
MODULES_A_FOLDER = 15
BANNED_NAMES = {
    *("utils", "util", "helpers", "helper", "common", "misc", "core", "base"),
    *("manager", "handler", "service", "models", "types"),
}
BUILT = {".git", ".venv", "build", "__pycache__", "kentongan.egg-info"}
# Written as patterns, which do not match themselves.
PLACES = re.compile(
    r"(?<![\w.-])/(?:work|root|home/\w+|Users/\w+)/|/tmp/venv"
    r"|pythonhosted[.]org|pypi[.]org|piwheels"
)


def ours() -> list[Path]:
    """List the files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [
            path
            for path in ROOT.rglob("*")
            if not BUILT.intersection(path.relative_to(ROOT).parts)
            and not re.match(r"\..*_cache$", path.relative_to(ROOT).parts[0])
        ]
    return sorted(path for path in paths if path.is_file())


FILES = ours()
SOURCES = [path for path in FILES if path.suffix == ".py"]
MODULES = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in PACKAGES]
TESTS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] == "tests"]
PAGES = [path for path in FILES if "templates" in path.parts and path.suffix in {".html", ".svg"}]


def name(path: Path) -> str:
    """Say where a file lies in the house."""
    return str(path.relative_to(ROOT))


def lines(path: Path) -> int:
    """Count the lines of a text file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def tree(path: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """List every function of a module, inner ones and methods too."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree(path)) if isinstance(node, kinds)]


def test_the_house_is_found_and_not_empty() -> None:
    seen = {path.relative_to(ROOT).parts[0] for path in MODULES}
    assert seen == set(PACKAGES)
    assert ROOT / "setup.cfg" in FILES


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    assert {name(p): lines(p) for p in SOURCES if lines(p) > LINES_A_MODULE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{name(path)}:{node.lineno} {node.name}": size
        for path in SOURCES
        for node in functions(path)
        if (size := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_A_FUNCTION
    }
    assert long == {}


def test_no_package_folder_holds_too_many_modules() -> None:
    counts = Counter(name(path.parent) for path in MODULES if path.name != "__init__.py")
    assert {folder: n for folder, n in counts.items() if n > MODULES_A_FOLDER} == {}


@pytest.mark.parametrize("readme", ["README.md", "README.id.md"])
def test_a_readme_stays_short_and_names_both_commands(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES_A_README
    assert 0 < text.index("./install.sh demo") < text.index("./install.sh test")


def test_every_picture_and_page_that_a_readme_links_is_there() -> None:
    broken = [
        f"{readme.name}: {target}"
        for readme in (ROOT / "README.md", ROOT / "README.id.md")
        for target in re.findall(r"\]\(([^)#:]+)\)", readme.read_text(encoding="utf-8"))
        if not (ROOT / target).exists()
    ]
    assert broken == []


def test_every_module_says_its_duty_in_one_line() -> None:
    mute = []
    for path in SOURCES:
        words = ast.get_docstring(tree(path))
        if not words or not words.splitlines()[0].endswith("."):
            mute.append(name(path))
    assert mute == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name(p) for p in MODULES if {p.stem, p.parent.name} & BANNED_NAMES] == []


def test_test_modules_have_names_of_their_own() -> None:
    counts = Counter(path.name for path in TESTS if path.name not in {"conftest.py", "__init__.py"})
    assert [file for file, n in counts.items() if n > 1] == []


def test_every_test_is_named_as_a_sentence() -> None:
    short = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in TESTS
        for node in functions(path)
        if node.name.startswith("test_") and len(node.name.split("_")) < 1 + 4
    ]
    assert short == []


def test_no_file_names_a_machine_or_a_package_index() -> None:
    found = []
    for path in FILES:
        if path == Path(__file__) or path.name == "LICENSE":
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{name(path)}: {hit[0]}" for hit in PLACES.finditer(text)]
    assert found == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    assert [name(p) for p in SOURCES if marks.search(p.read_text(encoding="utf-8"))] == []


def test_every_ignored_type_error_names_its_code() -> None:
    bare = re.compile(r"#\s*(?:type: ignore(?!\[)|noqa(?!: [A-Z]))")
    assert [name(p) for p in SOURCES if bare.search(p.read_text(encoding="utf-8"))] == []


def test_no_template_is_longer_than_a_screen_or_two() -> None:
    assert {name(p): lines(p) for p in PAGES if lines(p) > LINES_A_TEMPLATE} == {}


def test_templates_escape_everything_that_people_wrote() -> None:
    raw = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(")
    found = [name(p) for p in PAGES if raw.search(p.read_text(encoding="utf-8"))]
    web = [path for path in MODULES if path.relative_to(ROOT).parts[0] == "server"]
    found += [name(p) for p in web if re.search(r"\bMarkup\(", p.read_text(encoding="utf-8"))]
    assert found == []


def test_templates_have_no_inline_style_or_script() -> None:
    inline = re.compile(
        r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script\b(?![^>]*\bsrc=)",
        re.IGNORECASE,
    )
    found = {
        f"{name(path)}: {hit[0].strip()}"
        for path in PAGES
        for hit in inline.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_templates_fetch_nothing_from_elsewhere() -> None:
    foreign = re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)
    assert [name(p) for p in PAGES if foreign.search(p.read_text(encoding="utf-8"))] == []
