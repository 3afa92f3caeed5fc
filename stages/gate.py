"""Say whether the candidate takes the champion's place: SHIP, HOLD or REJECT, with reasons."""

from tunesmith.files import read_json, write_json
from tunesmith.gate import GateParams
from tunesmith.gate.decide import decide
from tunesmith.stage import parse_paths, run_stage


def main() -> None:
    """Read the comparisons, write the verdict; whatever it is, the stage succeeds."""
    costs = ("--candidate-cost", "--champion-cost")
    found = ("--comparisons", "--metrics", "--behaviour", "--sequence")
    paths = parse_paths(*found, *costs, "--verdict")
    decision = decide(
        read_json(paths.comparisons),
        read_json(paths.metrics),
        GateParams.read("gate"),
        read_json(paths.behaviour),
        {
            "candidate": read_json(paths.candidate_cost),
            "champion": read_json(paths.champion_cost),
        },
        read_json(paths.sequence),
    )
    write_json(paths.verdict, decision.as_dict())
    print(f"{decision.verdict}: {'; '.join(decision.reasons)}")


if __name__ == "__main__":
    run_stage(main)
