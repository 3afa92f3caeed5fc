"""The scores: one file each, all with intervals; this list is the registry."""

from tunesmith.errors import UserError
from tunesmith.metrics.accuracy import Accuracy
from tunesmith.metrics.balanced_accuracy import BalancedAccuracy
from tunesmith.metrics.bits_per_byte import BitsPerByte
from tunesmith.metrics.bleu import Bleu
from tunesmith.metrics.chrf import ChrF
from tunesmith.metrics.distinct_1 import Distinct1
from tunesmith.metrics.distinct_2 import Distinct2
from tunesmith.metrics.ece import ECE
from tunesmith.metrics.embedding_similarity import EmbeddingSimilarity
from tunesmith.metrics.exact_match import ExactMatch
from tunesmith.metrics.json_fields import JsonFields
from tunesmith.metrics.json_valid import JsonValid
from tunesmith.metrics.length_ratio import LengthRatio
from tunesmith.metrics.logprob import LogProb
from tunesmith.metrics.macro_f1 import MacroF1
from tunesmith.metrics.mcc import MCC
from tunesmith.metrics.metric import CLASSIFICATION, GENERATION, Metric
from tunesmith.metrics.micro_f1 import MicroF1
from tunesmith.metrics.minilm_similarity import MiniLmSimilarity
from tunesmith.metrics.oos_auroc import OosAUROC
from tunesmith.metrics.perplexity import Perplexity
from tunesmith.metrics.repetition import Repetition
from tunesmith.metrics.reward import MeanReward
from tunesmith.metrics.rouge_1 import Rouge1
from tunesmith.metrics.rouge_2 import Rouge2
from tunesmith.metrics.rouge_l import RougeL
from tunesmith.metrics.rouge_lsum import RougeLsum
from tunesmith.metrics.token_f1 import TokenF1

KNOWN: tuple[Metric, ...] = (
    ExactMatch(),
    TokenF1(),
    RougeL(),
    RougeLsum(),
    Rouge1(),
    Rouge2(),
    Bleu(),
    ChrF(),
    EmbeddingSimilarity(),
    MiniLmSimilarity(),
    LengthRatio(),
    Distinct1(),
    Distinct2(),
    Repetition(),
    JsonValid(),
    JsonFields(),
    LogProb(),
    Perplexity(),
    BitsPerByte(),
    MeanReward(),
    Accuracy(),
    BalancedAccuracy(),
    MacroF1(),
    MicroF1(),
    MCC(),
    ECE(),
    OosAUROC(),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in KNOWN}


def metrics_for(names: list[str], classification: bool) -> list[Metric]:
    """Return the metrics of these names.

    Raises:
        UserError: one of them does not apply to the task; the message names those that do.
    """
    task = CLASSIFICATION if classification else GENERATION
    fitting = [name for name, metric in METRICS.items() if task in metric.tasks]
    for name in names:
        if name not in fitting:
            raise UserError(
                f'params.yaml: evaluate.metrics: "{name}" does not apply to {task}; '
                f"these do: {', '.join(fitting)}"
            )
    return [METRICS[name] for name in names]
