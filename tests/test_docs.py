"""The pages lead where they say: links, anchors and commands, and none is left without a link."""

import re
from pathlib import Path

import pytest
import typer
import yaml

from flows.cli import app
from tunesmith.dials import Dials

ROOT = Path(__file__).resolve().parent.parent
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
NOTES = sorted((ROOT / "data").rglob("README.md"))
LINK = re.compile(r"\]\(([^()\s]+)\)")
CODE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
MODULE = re.compile(r"-m ((?:benchmarks|flows|stages|tunesmith)(?:\.[a-z]\w*)*)")
VERB = re.compile(r"(?:^|`)tunesmith ([a-z-]+)(?: ([a-z]+))?", re.MULTILINE)
DIALS = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TARGET = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)

every = pytest.mark.parametrize(
    "page", [*TOP, *PAGES, *NOTES], ids=lambda page: str(page.relative_to(ROOT))
)


def links(page: Path) -> list[tuple[Path, str]]:
    """Return file and anchor of each link of a page that leads to a file of the project."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    found = [one.partition("#") for one in LINK.findall(text) if "://" not in one]
    return [((page.parent / path).resolve() if path else page, name) for path, _, name in found]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def code(page: Path) -> list[str]:
    """Return what a page shows as code."""
    return [match[0] for match in CODE.finditer(page.read_text(encoding="utf-8"))]


@every
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for path, name in links(page):
        assert path.exists(), f"no {path}"
        assert not name or name in anchors(path), f"no #{name} in {path}"


def test_the_list_of_decisions_names_each_of_them() -> None:
    folder = ROOT / "docs" / "decisions"
    named = {path for path, _ in links(folder / "README.md")}
    assert named >= {*folder.glob("0*.md")}


def test_every_page_is_reached_from_the_readme() -> None:
    reached, left = set(), [ROOT / "README.md"]
    while left:
        page = left.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            left += [path for path, _ in links(page)]
    missing = {page.relative_to(ROOT) for page in {*TOP, *PAGES} - reached}
    assert not missing, f"no page links {sorted(map(str, missing))}"


@every
def test_every_module_that_a_page_runs_is_there(page: Path) -> None:
    for name in (name for part in code(page) for name in MODULE.findall(part)):
        places = [ROOT / name.replace(".", "/"), ROOT / "src" / name.replace(".", "/")]
        assert any(place.is_dir() or place.with_suffix(".py").exists() for place in places), name


@every
def test_every_command_of_tunesmith_that_a_page_shows_is_one(page: Path) -> None:
    verbs = typer.main.get_command(app).commands
    for verb, second in (pair for part in code(page) for pair in VERB.findall(part)):
        assert verb in verbs, f"no tunesmith {verb}"
        below = getattr(verbs[verb], "commands", {})
        assert not below or not second or second in below, f"no tunesmith {verb} {second}"


@every
def test_every_target_of_make_that_a_page_names_is_one(page: Path) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in (name for part in code(page) for name in TARGET.findall(part)):
        assert name in targets, f"no make {name}"


def dials(text: str) -> dict[str, dict[str, object]]:
    """Return the sections of params.yaml in a block of YAML; `[...]` stands for what is there."""
    told = yaml.safe_load(text.replace("<64 figures>", "a" * 64))
    if not isinstance(told, dict) or not set(told) <= {*Dials.model_fields, "validate"}:
        return {}
    return {
        section: {key: value for key, value in keys.items() if value != ["..."]}
        for section, keys in told.items()
    }


@every
def test_every_example_of_dials_is_valid(page: Path) -> None:
    ours = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for block in DIALS.findall(page.read_text(encoding="utf-8")):
        told = {name: {**ours.get(name, {}), **keys} for name, keys in dials(block).items()}
        Dials.model_validate({**ours, **told})
