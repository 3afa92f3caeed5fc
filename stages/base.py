"""Resolve the base model to a small descriptor with the hashes of its files."""

import shutil

from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.stage import parse_paths, run_stage


def main() -> None:
    """Read params.yaml's `base`, write the descriptor."""
    paths = parse_paths("--descriptor")
    params = BaseParams.read("base")
    descriptor = resolve(params)
    shutil.rmtree(paths.descriptor, ignore_errors=True)
    descriptor.write(paths.descriptor)
    print(f"base: {descriptor.model}, {len(descriptor.files)} files, {descriptor.digest[:12]}")
    if params.digest is None:
        print("base: not pinned, so a change of the weights goes unnoticed; run `tunesmith pin`")


if __name__ == "__main__":
    run_stage(main)
