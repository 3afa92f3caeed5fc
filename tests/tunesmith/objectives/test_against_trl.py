"""Losses equal those of TRL 1.16 on the same batch of the same model: its own code is called."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

from tests.tiny import save_tiny_base, tiny_tokenizer
from tests.tunesmith.objectives.preferring import PAIRS, pair_row
from tunesmith.objectives.base.paired import Preferring, answers_of
from tunesmith.objectives.base.pairs import PairCollator
from tunesmith.objectives.cpo import Cpo
from tunesmith.objectives.dpo import LOSSES, Dpo
from tunesmith.objectives.kto import Kto, KtoBound, UnpairedCollator, mismatched
from tunesmith.objectives.orpo import Orpo
from tunesmith.objectives.reward import Reward
from tunesmith.objectives.simpo import Simpo
from tunesmith.tasks import unpaired
from tunesmith.training.examples import encode_rows

TOKENIZER = tiny_tokenizer()
ALIKE = [pair_row(i, f"say {i}", "yes" * (1 + i), "no" + "x" * i) for i in range(4)]
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("base")
    save_tiny_base(folder)
    return AutoModelForCausalLM.from_pretrained(folder).eval()


@pytest.fixture(scope="module")
def batch() -> dict[str, Any]:
    """Pairs of unequal lengths, with made-up numbers of the start."""
    rows = encode_rows([*PAIRS[:3], *ALIKE], "preference", TOKENIZER, 64, [])
    made_up = [{**row, "reference": (-20.0 - i, -31.0 + 2 * i)} for i, row in enumerate(rows)]
    return PairCollator(TOKENIZER.pad_token_id)(made_up)


def in_their_words(batch: dict[str, Any]) -> dict[str, Any]:
    better, worse = batch["reference"].chunk(2)
    return {
        "input_ids": batch["input_ids"],
        "attention_mask": batch["attention_mask"],
        "completion_mask": batch["labels"].ne(-100).long(),
        "ref_chosen_logps": better,
        "ref_rejected_logps": worse,
    }


def fused(model: Any) -> Any:
    """A model with TRL's fused head: it returns log-probabilities instead of logits."""

    def forward(input_ids: Any, attention_mask: Any, labels: Any, **_: Any) -> Any:
        logits = model(input_ids=input_ids, attention_mask=attention_mask).logits[:, :-1]
        targets = labels[:, 1:]
        own = logits.log_softmax(-1).gather(-1, targets.clamp(min=0)[..., None])[..., 0]
        own = own.masked_fill(targets == -100, 0.0)
        beside = dict.fromkeys(("entropy", "mean_logits"), own.detach())
        return SimpleNamespace(log_probs=own, is_top1=own.detach() > 0, **beside)

    return forward


def theirs(**own: Any) -> Any:
    """What their functions ask of a trainer."""
    accelerator = MagicMock()
    accelerator.device = torch.device("cpu")
    accelerator.gather_for_metrics = accelerator.gather = lambda one: one
    usual = {
        "accelerator": accelerator,
        "model": SimpleNamespace(training=True),
        "args": SimpleNamespace(center_rewards_coefficient=0.02),
        "aux_loss_enabled": False,
        "ld_alpha": None,
        "precompute_ref_logps": True,
        "f_divergence_type": "reverse_kl",
        "use_weighting": False,
        "loss_weights": [1.0],
        "_metrics": {"train": defaultdict(list)},
        "_total_train_tokens": 0,
        "_tp_size": 1,
    }
    return SimpleNamespace(**usual, **own)


def ours(objective: Preferring, model: Any, batch: dict[str, Any]) -> Any:
    return objective.losses(answers_of(model, batch))


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_dpo(loss: str, model: Any, batch: dict[str, Any]) -> None:
    from trl import DPOTrainer

    smoothed = 0.1 if loss in ("robust", "exo_pair") else 0.0
    own = Dpo(loss=loss, beta=0.3, label_smoothing=smoothed)
    trainer = theirs(loss_types=[loss], beta=0.3, label_smoothing=smoothed)
    expected = DPOTrainer._compute_loss(trainer, fused(model), in_their_words(batch), False)
    torch.testing.assert_close(ours(own, model, batch).mean(), expected, **CLOSE)


def test_the_gradient_of_dpo(model: Any, batch: dict[str, Any]) -> None:
    from trl import DPOTrainer

    found = []
    trainer = theirs(loss_types=["sigmoid"], beta=0.3, label_smoothing=0.0)
    for loss in (
        ours(Dpo(beta=0.3), model, batch).mean(),
        DPOTrainer._compute_loss(trainer, fused(model), in_their_words(batch), False),
    ):
        model.zero_grad()
        loss.backward()
        found.append({n: w.grad.clone() for n, w in model.named_parameters()})
    torch.testing.assert_close(found[0], found[1], **CLOSE)


def test_cpo_and_simpo(model: Any, batch: dict[str, Any]) -> None:
    from trl.experimental.cpo import CPOTrainer

    answers = answers_of(model, batch)
    for own, pair, kind in (
        (Cpo(beta=0.3, label_smoothing=0.1, nll=0), (answers.chosen, answers.rejected), "sigmoid"),
        (Simpo(beta=2, gamma=0.7), answers.means, "simpo"),
    ):
        trainer = theirs(
            alpha=0.0, loss_type=kind, beta=own.beta, simpo_gamma=0.7, label_smoothing=0.1
        )
        trainer.label_smoothing = 0.1 if kind == "sigmoid" else 0.0
        expected, better, worse = CPOTrainer.cpo_loss(trainer, *pair)
        torch.testing.assert_close(own.losses(answers), expected, **CLOSE)
        torch.testing.assert_close(own.rewards(answers), (better, worse), **CLOSE)


def test_the_surprise_of_cpo_is_theirs_where_answers_are_as_long(model: Any) -> None:
    rows = [pair_row(i, f"say {i}", f"yes {i}", "no") for i in range(4)]
    encoded = encode_rows(rows, "preference", TOKENIZER, 64, [])
    batch = PairCollator(TOKENIZER.pad_token_id)(encoded)
    chosen = {name: batch[name][:4] for name in ("input_ids", "attention_mask", "labels")}
    expected = model(**chosen).loss
    own = ours(Cpo(nll=1), model, batch) - ours(Cpo(nll=0), model, batch)
    torch.testing.assert_close(own.mean(), expected, **CLOSE)


def test_orpo(model: Any, batch: dict[str, Any]) -> None:
    from trl.experimental.orpo import ORPOTrainer

    answers = answers_of(model, batch)
    ratio, *_ = ORPOTrainer.odds_ratio_loss(theirs(beta=0.2), *answers.means)
    torch.testing.assert_close(Orpo(beta=0.2).losses(answers), answers.nll - ratio, **CLOSE)


def test_kto(model: Any) -> None:
    from trl import KTOTrainer

    rows = [one for row in PAIRS[:4] for one in unpaired.each(row)]
    encoded = mismatched(encode_rows(rows, "unpaired", TOKENIZER, 64, []), 64)
    made_up = [{**row, "reference": (-25.0 - i, -40.0 + i)} for i, row in enumerate(encoded)]
    batch = UnpairedCollator(TOKENIZER.pad_token_id)(made_up)
    objective = Kto(beta=0.3, good_weight=1.2, bad_weight=0.8)
    found = KtoBound([], [], None, of=objective).sums(model, batch)
    (ids, other_ids), (mask, other_mask), (labels, other_labels) = (
        batch[name].chunk(2) for name in ("input_ids", "attention_mask", "labels")
    )
    own, other = batch["reference"].chunk(2)
    inputs = {
        "input_ids": ids,
        "attention_mask": mask,
        "completion_mask": labels.ne(-100).long(),
        "KL_input_ids": other_ids,
        "KL_attention_mask": other_mask,
        "KL_completion_mask": other_labels.ne(-100).long(),
        "label": batch["good"],
        "ref_logps": own,
        "ref_KL_logps": other,
    }
    trainer = theirs(
        loss_type="kto", beta=0.3, calculate_KL=True, desirable_weight=1.2, undesirable_weight=0.8
    )
    trainer._compute_kl_logps = lambda m, i: KTOTrainer._compute_kl_logps(trainer, m, i)
    expected = KTOTrainer._compute_loss(trainer, fused(model), inputs, False)
    torch.testing.assert_close(found.loss / found.items, expected, **CLOSE)
    drift, count = found.numbers["drift"]
    assert float(drift / count) == pytest.approx(trainer._metrics["train"]["kl"][0], rel=1e-5)
    assert float(drift) > 0


def test_the_reward_loss_with_margins_and_centring(
    batch: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from trl import RewardTrainer

    folder = tmp_path_factory.mktemp("rm")
    save_tiny_base(folder)
    torch.manual_seed(0)
    judge = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1).eval()
    least = torch.arange(7) / 10
    own = Reward(margins=True, centring=0.02).judged(judge, {**batch, "margins": least})
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}

    def without_margin(margin: Any, **plain: Any) -> Any:
        return judge(**plain)

    expected = RewardTrainer.compute_loss(theirs(), without_margin, {**inputs, "margin": least})
    torch.testing.assert_close(own.losses.mean(), expected, **CLOSE)
