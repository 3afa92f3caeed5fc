"""The map is true: what dvc.yaml says about every stage holds against the files."""

import ast
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from dvc.dependency import ParamsDependency
from dvc.repo import Repo
from ruamel.yaml import YAML

from stages.train import code_of
from tunesmith.dials import Dials

ROOT = Path(__file__).resolve().parent.parent
# decides no result
PLUMBING = {"__init__", "component", "errors", "files", "hardware", "params", "stage", "threads"}
METHODS, OBJECTIVES = "src/tunesmith/methods/", "src/tunesmith/objectives/"


@dataclass(frozen=True)
class Stage:
    """One stage as DVC resolves it."""

    name: str
    words: list[str]
    deps: set[str]
    params: set[str]
    outs: set[str]
    cached: set[str]  # of the outs, those that DVC keeps and git must not

    @property
    def module(self) -> str:
        return self.words[2].removeprefix("stages.")

    @property
    def flags(self) -> dict[str, str]:
        return dict(zip(self.words[3::2], self.words[4::2], strict=True))


SAMPLES = {  # of stages that the dials as they are ask for nothing of
    "combine": {"both": {"of": ["sft", "sft2"], "how": {"kind": "linear"}}},
    "personalise": {"own": {"from": "sft", "by": "meta.user", "learning_rate": 0.001}},
}


def read_map() -> list[Stage]:
    """Return every stage of the dials as they are, and one of each that they leave empty."""
    found = read_stages(ROOT)
    with TemporaryDirectory() as folder:
        shutil.copy(ROOT / "dvc.yaml", folder)
        params = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        assert not any(params[section] for section in SAMPLES)
        with (Path(folder) / "params.yaml").open("w", encoding="utf-8") as handle:
            YAML(typ="safe").dump(params | SAMPLES, handle)
        Repo.init(folder, no_scm=True).close()
        sampled = read_stages(Path(folder))
    return found + [stage for stage in sampled if stage.module in SAMPLES]


def read_stages(root: Path) -> list[Stage]:
    with Repo(str(root)) as repo:
        stages = [s for s in repo.index.stages if s.addressing and getattr(s, "cmd", None)]
        return [
            Stage(
                name=s.addressing.rpartition("dvc.yaml:")[2],
                words=shlex.split(s.cmd),
                deps={d.def_path for d in s.deps if not isinstance(d, ParamsDependency)},
                params={p for d in s.deps if isinstance(d, ParamsDependency) for p in d.params},
                outs={o.def_path for o in s.outs},
                cached={o.def_path for o in s.outs if o.use_cache},
            )
            for s in stages
        ]


STAGES = read_map()
OWN = [stage for stage in STAGES if stage.module not in SAMPLES]  # of the dials as they are
each_stage = pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])


def module_file(name: str) -> Path | None:
    base = ROOT / ("src" if name.startswith("tunesmith") else "") / name.replace(".", "/")
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def imports(path: Path) -> set[Path]:
    """Return our own files that a file imports, at the top or inside a function."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        found |= {file for name in names if (file := module_file(name))}
    return {path for path in found if path.is_relative_to(ROOT / "src")}


def closure(path: Path) -> set[str]:
    """Return every file of the library that a stage can reach."""
    seen: set[Path] = set()
    queue = [path]
    while queue:
        new = imports(queue.pop()) - seen
        seen |= new
        queue += new
    return {file.relative_to(ROOT).as_posix() for file in seen}


def is_plumbing(file: str) -> bool:
    relative = file.removeprefix("src/tunesmith/")
    return "/" not in relative and Path(relative).stem in PLUMBING


def covered(file: str, deps: set[str]) -> bool:
    return any(file == dep or file.startswith(f"{dep}/") for dep in deps)


def declared_flags(path: Path) -> set[str]:
    """Return the flags that a stage's file names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    foreign = {"--rev"} if path.stem == "champion" else set()  # an option of `dvc get`
    return {t for t in texts if isinstance(t, str) and re.fullmatch(r"--[a-z-]+", t)} - foreign


@each_stage
def test_a_stage_runs_the_file_of_its_own_name(stage: Stage) -> None:
    assert stage.words[:2] == ["python", "-m"]
    assert stage.module == stage.name.partition("@")[0]
    assert (ROOT / "stages" / f"{stage.module}.py").is_file()
    assert f"stages/{stage.module}.py" in stage.deps


def test_every_file_of_stages_is_on_the_map() -> None:
    files = {path.stem for path in (ROOT / "stages").glob("*.py")} - {"__init__"}
    assert files == {stage.module for stage in STAGES}


@each_stage
def test_the_command_gives_exactly_the_flags_that_the_file_asks_for(stage: Stage) -> None:
    assert set(stage.flags) == declared_flags(ROOT / "stages" / f"{stage.module}.py")


@each_stage
def test_every_path_of_the_command_is_a_dependency_or_an_output(stage: Stage) -> None:
    paths = {v for v in stage.flags.values() if "/" in v or v.endswith(".json")}
    assert paths <= stage.deps | stage.outs
    assert stage.outs <= paths


@each_stage
def test_every_data_dependency_is_given_to_the_command_or_only_orders_it(stage: Stage) -> None:
    data = {d for d in stage.deps if not d.startswith(("src/", "stages/"))}
    orders = {d for d in data if d.endswith(".passed")}
    assert data - orders <= set(stage.flags.values())


@pytest.mark.parametrize("stage", OWN, ids=[stage.name for stage in OWN])
def test_a_first_run_changes_no_file_that_git_tracks(stage: Stage) -> None:
    kept = {out for out in stage.cached if (ROOT / out).parent.joinpath(".gitignore").is_file()}
    asked = ["git", "check-ignore", "--no-index", "-z", "--stdin"]
    said = "\0".join(sorted(kept))
    found = subprocess.run(asked, cwd=ROOT, input=said, capture_output=True, text=True, check=False)
    assert set(found.stdout.split("\0")) - {""} == kept


@each_stage
def test_code_that_can_change_the_result_is_a_dependency(stage: Stage) -> None:
    reached = {f for f in closure(ROOT / "stages" / f"{stage.module}.py") if not is_plumbing(f)}
    reached -= {f for f in reached if f.startswith((METHODS, OBJECTIVES))}
    missing = {file for file in reached if not covered(file, stage.deps)}
    assert not missing


@each_stage
def test_no_code_dependency_is_idle(stage: Stage) -> None:
    reached = closure(ROOT / "stages" / f"{stage.module}.py")
    code = {dep for dep in stage.deps if dep.startswith("src/")}
    assert {dep for dep in code if not any(covered(file, {dep}) for file in reached)} == set()


@pytest.mark.parametrize("stage", [s for s in STAGES if s.module == "train"], ids=lambda s: s.name)
def test_a_phase_depends_on_its_own_method_and_objective_and_no_other(stage: Stage) -> None:
    phase = Dials.read(path=ROOT / "params.yaml").phases[stage.flags["--phase"]]
    for folder, kind in ((METHODS, phase.method.kind), (OBJECTIVES, phase.objective.kind)):
        own = {dep for dep in stage.deps if dep.startswith(folder.rstrip("/"))}
        assert own == {f"{folder}base", f"{folder}{kind}.py"}


@pytest.mark.parametrize("stage", [s for s in STAGES if s.module == "train"], ids=lambda s: s.name)
def test_a_manifest_hashes_the_code_that_the_map_names(stage: Stage) -> None:
    phase = Dials.read(path=ROOT / "params.yaml").phases[stage.flags["--phase"]]
    own = code_of(phase.method.kind, phase.objective.kind)
    code = {dep for dep in stage.deps if dep.startswith(("src/", "stages/"))}
    assert {name: path for name, path in own.items() if not path.exists()} == {}
    assert set(own) == code


@pytest.mark.parametrize("folder", [METHODS, OBJECTIVES])
def test_a_method_or_objective_is_one_file_and_what_all_of_them_share(folder: str) -> None:
    files = {file for file in (ROOT / folder).glob("*.py") if file.stem != "__init__"}
    others = {file: imports(file) & (files - {file}) for file in files}
    assert {file.name for file in files if others[file]} == set()


@each_stage
def test_the_params_of_a_stage_exist_and_are_its_own(stage: Stage) -> None:
    own = {"train": "phases", "predict": "predict"}.get(stage.module, stage.module)
    sections = {key.partition(".")[0] for key in stage.params} - {"seed"}
    assert sections <= {own}


def test_every_section_of_the_dials_belongs_to_a_stage() -> None:
    sections = {f.alias or name for name, f in Dials.model_fields.items()}
    used = {key.partition(".")[0] for stage in STAGES for key in stage.params}
    flows = {"monitor", "search", "improve"}
    assert sections - {"models", "hardware"} - flows == used


@pytest.mark.parametrize("folder", ["stages", "src/tunesmith"])
def test_paths_of_the_pipeline_are_written_only_on_the_map(folder: str) -> None:
    outs = {out for stage in STAGES for out in stage.outs if "/" in out}
    offenders = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in (ROOT / folder).rglob("*.py")
        if "demo" not in path.parts and "cli" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(text := node.value, str)
        if text in outs
    }
    assert not offenders
