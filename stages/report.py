"""Write the report page, both cards and a summary from what all stages found."""

from pathlib import Path
from typing import Any

from tunesmith.files import sha256_file, write_json, write_text
from tunesmith.report import ReportParams
from tunesmith.report.adapter_view import members
from tunesmith.report.cards import data_card, model_card
from tunesmith.report.evidence import (
    Evidence,
    read_folder,
    read_lines,
    read_records,
    read_tree,
)
from tunesmith.report.glance_view import summary
from tunesmith.report.page import render_page
from tunesmith.stage import Paths, parse_paths, run_stage

WEIGHTS = "*.safetensors"  # of the candidate's folder
FLAGS = (
    *("--manifest", "--clean-summary", "--split-summary", "--augment-summary", "--validation"),
    *("--exam", "--metrics", "--scores", "--comparisons", "--behaviour", "--sequence"),
    *("--findings", "--slices", "--hardest"),
    *("--verdict", "--curves", "--efficiency", "--base", "--model"),
    *("--page", "--model-card", "--data-card", "--summary"),
)


def read_evidence(paths: Paths) -> Evidence:
    """Read all inputs."""
    return Evidence(
        manifest=read_tree(paths.manifest),
        clean=read_tree(paths.clean_summary),
        split=read_tree(paths.split_summary),
        augment=read_tree(paths.augment_summary),
        validation=read_tree(paths.validation),
        exam=read_tree(paths.exam),
        metrics=read_tree(paths.metrics),
        scores=read_lines(paths.scores),
        comparisons=read_tree(paths.comparisons),
        behaviour=read_tree(paths.behaviour),
        findings=read_tree(paths.findings),
        slices=read_lines(paths.slices),
        hardest=read_records(paths.hardest),
        verdict=read_tree(paths.verdict),
        curves={n: read_lines(p) for n, p in read_folder(paths.curves, ".csv").items()},
        efficiency={n: read_tree(p) for n, p in read_folder(paths.efficiency, ".json").items()},
        base=read_tree(paths.base / "base.json"),
        model=made_from(paths.model),
        candidate=paths.model.name,
        weights={
            path.relative_to(paths.model).as_posix(): sha256_file(path)
            for path in sorted(paths.model.rglob(WEIGHTS))
        },
        sequence=read_tree(paths.sequence),
    )


def made_from(model: Path) -> dict[str, Any]:
    """Return what a model was made from; nothing of a base model, which was not trained here.

    Of several adapters in one folder it is what the first was, and how one of them is chosen.
    """
    bundle = model / "bundle.json"
    if bundle.exists():
        told = read_tree(bundle)
        manifests = {one: read_tree(model / one / "manifest.json") for one in told["members"]}
        first = manifests[told["members"][0]]
        method = {"kind": "bundle", "adapters": len(told["members"]), "by": told["rule"]["by"]}
        own: dict[str, Any] = {key: told[key] for key in ("parents", "settings")}
        own["adapters"] = members(told, manifests)
        return {**first, **own, "method": method, "data": {}, "code_sha256": None}
    trained = model / "manifest.json"
    return read_tree(trained) if trained.exists() else {}


def main() -> None:
    """Read the evidence, render three documents and their numbers in short."""
    paths = parse_paths(*FLAGS)
    evidence, params = read_evidence(paths), ReportParams.read("report")
    write_text(paths.page, render_page(evidence, params))
    write_text(paths.model_card, model_card(evidence, params))
    write_text(paths.data_card, data_card(evidence, params))
    write_json(paths.summary, summary(evidence))


if __name__ == "__main__":
    run_stage(main)
