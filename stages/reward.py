"""Score what base, candidate and champion answered by rewards, as reinforcement scores answers."""

from tunesmith.answers import aligned, read_predictions
from tunesmith.files import sha256_file
from tunesmith.params import read_seed
from tunesmith.progress import Countdown
from tunesmith.rewards.params import RewardParams
from tunesmith.rewards.scoring import scorer_of
from tunesmith.rewards.table import rewards_of, write_rewards
from tunesmith.rows import read_rows, to_rows
from tunesmith.stage import WORK, parse_paths, run_stage

MODELS = ("base", "candidate", "champion")


def main() -> None:
    """Score the answers of every model; without rewards, say that."""
    models = ("--base", "--candidate", "--champion")
    paths = parse_paths("--rows", *models, "--judge", "--functions", "--rewards")
    settings = RewardParams.read("reward")
    if not settings.rewards:
        write_rewards(paths.rewards, {})
        print("reward: no rewards, so nothing is scored")
        return
    table = read_rows(paths.rows)
    rows, ids = to_rows(table), [str(one) for one in table["id"]]
    scorer = scorer_of(settings, paths.judge, paths.functions, WORK / "reward", read_seed())
    progress, found, seen = Countdown("reward", len(MODELS) * len(rows)), {}, {}
    for model in MODELS:
        given = getattr(paths, model)
        digest = sha256_file(given)  # while nothing is promoted, the champion answers as the base
        if digest not in seen:
            predictions = aligned(table, read_predictions(given), str(given))
            seen[digest] = rewards_of(rows, predictions, scorer)
        found[model] = (ids, seen[digest])
        progress.add(len(rows))
        own = [one for one in seen[digest] if one is not None]
        print(f"reward: {model} {sum(own) / max(len(own), 1):.3f}, mean of {len(own):,} answers")
    write_rewards(paths.rewards, found)


if __name__ == "__main__":
    run_stage(main)
