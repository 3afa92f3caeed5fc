"""A project whose training is a formula: its curve is printed as the real one prints it."""

import os
import shutil
import subprocess
from pathlib import Path

from ruamel.yaml import YAML

from tests.flows import warm
from tests.flows.conftest import ROOT, call

DVC_YAML = """\
stages:
  split:
    cmd: cp raw.txt rows.txt
    deps: [raw.txt]
    params: [split]
    outs: [rows.txt]
  train:
    foreach: ${phases}
    do:
      cmd: python train.py ${key}
      deps: [rows.txt, train.py]
      params: ["phases.${key}"]
      outs: ["models/${key}"]
      metrics: ["reports/training/${key}.json": {cache: false}]
"""
# the loss is least at a rate of 0.01 and falls with the epochs
TRAIN = """\
import json, math, os, pathlib, sys, time
from ruamel.yaml import YAML

name = sys.argv[1]
phase = YAML(typ="safe").load(pathlib.Path("params.yaml"))["phases"][name]
loss = abs(math.log10(phase["learning_rate"] / 0.01)) + 1 / phase["method"]["r"]
if phase.get("weight_decay") == 0.5:
    sys.exit("error: it broke")
if place := os.environ.get("MEETING_PLACE"):  # where two trainings wait for each other
    pathlib.Path(place, str(os.getpid())).touch()
    while len(list(pathlib.Path(place).iterdir())) < 2:
        time.sleep(0.1)
for step in (1, 2, 3, 4):
    now = loss + (4 - step)
    print(f"{name}: step {step}/4, epoch {step / 2:.2f}, validation loss {now:.4f}, 9 tokens/s",
          flush=True)
for path, text in {
    f"models/{name}": str(loss),
    f"reports/training/{name}.json": json.dumps({"validation": {"loss": loss}}),
}.items():
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_text(text + "\\n")
"""


def project(folder: Path, **search: object) -> Path:
    """Make the project, committed; `search` is the section of that name."""
    folder.mkdir(parents=True)
    (folder / "dvc.yaml").write_text(DVC_YAML)
    (folder / "train.py").write_text(TRAIN)
    (folder / "raw.txt").write_text("hello\n")
    (folder / ".gitignore").write_text("/.work\n/rows.txt\n/models\n")
    (folder / ".dvc").mkdir()  # as `dvc init` makes it
    (folder / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (folder / ".dvc" / "config").touch()
    shutil.copy(ROOT / "params.yaml", folder)
    write_search(folder, **search)
    for words in (
        ["git", "init", "-q", "-b", "main"],
        ["git", "add", "-A"],
        ["git", "commit", "-qm", "Begin"],
    ):
        subprocess.run(words, cwd=folder, check=True)
    return folder


def write_search(folder: Path, **search: object) -> None:
    """Write section `search` of params.yaml."""
    yaml = YAML(typ="rt")
    tree = yaml.load(folder / "params.yaml")
    tree["search"] = search
    yaml.dump(tree, folder / "params.yaml")


def begun(*words: str) -> "subprocess.Popen[str]":
    """Start `tunesmith search` in the current folder."""
    env = {**os.environ, "COLUMNS": "200"}
    return warm.start(warm.TUNESMITH, ("search", *words), env, subprocess.STDOUT)


def searched(*words: str) -> tuple[int, str]:
    """Return exit code and output of `tunesmith search` in the current folder."""
    process = begun(*words)
    out, _ = process.communicate(timeout=300)
    return process.returncode, out


def experiments() -> list[str]:
    """Return the names of all DVC experiments."""
    refs = call("git", "for-each-ref", "--format=%(refname)", "refs/exps").split()
    return sorted(ref.rpartition("/")[2] for ref in refs if ref.count("/") == 4)
