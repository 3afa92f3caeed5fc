"""All methods that move a model's answers, at one budget, and what a step of PPO is made of.

`python -m benchmarks.online learn --project FOLDER [--processes 16]`: in a project with recipe rlhf
whose phases sft and reward are trained, trains each method from sft on as many answers, at several
learning rates, of which the reward of validation prompts chooses one at a KL of at most 5 nats. The
methods that answer get their rewards from the reward model, the others the train pairs that it
learnt from. Prints the reward of held-out prompts (4 sampled answers each), what a rule that no
method saw makes of them, and the KL from sft, with intervals (bootstrap over prompts).
`python -m benchmarks.online learn --pairs raschka --data FOLDER [--base FOLDER]`: the same on pairs
that people or models have made (see benchmarks.preferences), in place of a project. The base learns
the chosen answers of 60 % of them, and a reward model which of two is chosen; another reward model
learns the 30 % whose prompts are held out, and is the check.
`python -m benchmarks.online step --shape tiny|1B`: a Llama of random weights with LoRA of rank 16
makes PPO steps of 64 answers of 256 tokens; prints the share of each part beside its limits.
"""

import argparse
import os
import tempfile
from pathlib import Path

from benchmarks.online.field import project
from benchmarks.online.learn import learn
from benchmarks.online.methods import METHODS, RATES
from benchmarks.online.real import field_of
from benchmarks.online.step import step
from benchmarks.preferences.pairs import SETS


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["learn", "step"])
    parser.add_argument("--project", type=Path, default=Path())
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--only", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--rates", nargs="+", type=float, default=list(RATES))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--shape", default="tiny")
    parser.add_argument("--answers", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--rows", type=int, default=16, help="answers of a backward pass")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--pairs", choices=SETS, help="compare on these, not in a project")
    parser.add_argument("--data", type=Path, help="folder of the sets of pairs")
    parser.add_argument("--base", default="data/demo-base", help="folder of the base, of --pairs")
    parser.add_argument("--most", type=int, help="pairs, the first; for a trial")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    os.chdir(given.project)
    if given.what == "learn":
        compare(given)
    else:
        step(given.shape, given.answers, given.tokens, given.rows, given.repeats)


def compare(given: argparse.Namespace) -> None:
    """Compare all methods, in a project or on pairs."""
    how = (given.steps, given.only, given.rates, given.processes, given.seed)
    if given.pairs is None:
        learn(project(), *how)
        return
    with tempfile.TemporaryDirectory() as work:
        place = (given.data, given.pairs, given.base, Path(work))
        learn(field_of(*place, given.most, given.seed), *how)


if __name__ == "__main__":
    main()
