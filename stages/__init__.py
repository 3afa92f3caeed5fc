"""One file is one stage of dvc.yaml and one section of params.yaml."""

import sys
from importlib.util import find_spec

if find_spec("tunesmith") is None:  # dvc.yaml says `python`, which is the first one on PATH
    sys.exit(
        f"error: {sys.executable} has no tunesmith; activate the environment of the project, "
        "`. .venv/bin/activate`, or put its bin folder first on PATH"
    )
