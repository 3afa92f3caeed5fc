"""A model of models/ as lm_eval asks for it; importing this needs lm_eval."""

from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.models.utils import normalize_gen_kwargs

from tunesmith.errors import UserError
from tunesmith.harness.encode import Encoder, Pair
from tunesmith.harness.logprobs import likelihoods
from tunesmith.harness.stops import generate_until
from tunesmith.models.asked import template_sha256
from tunesmith.models.load import Loaded
from tunesmith.prediction.batches import by_length
from tunesmith.progress import Countdown
from tunesmith.rows import Message

NO_LIMIT = 2048  # tokens, of a model that names none
BATCHES = 16  # between two looks at the clock


class TunesmithLM(LM):  # type: ignore[misc]
    """Answers the three questions of lm_eval with a loaded model.

    Args:
        loaded: the model.
        chat: ask it through its chat template.
        batch_size: texts in one pass.

    Attributes:
        cut: contexts that lost their beginning, because they and the answer are too long.
    """

    def __init__(self, loaded: Loaded, chat: bool, batch_size: int) -> None:
        super().__init__()
        self._model, self._tokenizer = loaded.model, loaded.tokenizer
        self._encoder = Encoder(loaded.tokenizer, chat)
        self._batch_size = batch_size
        self.max_length = max_length(loaded.model)
        self.cut = 0

    @property
    def tokenizer_name(self) -> str:
        """Name the chat template, for lm_eval's cache of requests, which is not used."""
        return template_sha256(self._tokenizer)

    def apply_chat_template(
        self, chat_history: list[Message], add_generation_prompt: bool = True
    ) -> str:
        """Return a conversation as the model reads it.

        Raises:
            UserError: there is no template, or it takes no system message.
        """
        try:
            return self._encoder.messages(chat_history, add_generation_prompt)
        except UserError as error:
            raise UserError(f"{error}; or ask without a template: --plain") from None

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Return, per (context, continuation), log-probability and whether it is the greedy one."""
        pairs = [self._fit(self._encoder.pair(*request.args)) for request in requests]
        return [(one.logprob, one.greedy) for one in self._likelihoods(pairs)]

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Return the log-probability of every text as a whole, read in parts that fit."""
        parts = [self._encoder.windows(request.args[0], self.max_length) for request in requests]
        flat = iter(self._likelihoods([pair for windows in parts for pair in windows]))
        return [sum(next(flat).logprob for _ in windows) for windows in parts]

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """Return the greedy answer to every (context, settings)."""
        groups: dict[tuple[tuple[str, ...], int], list[int]] = {}
        for place, request in enumerate(requests):
            groups.setdefault(self._settings(request), []).append(place)
        answers: dict[int, str] = {}
        progress = Countdown("harness, answers", len(requests))
        for (stops, tokens), places in groups.items():
            prompts = [self._prompt(requests[place].args[0], tokens) for place in places]
            for batch in by_length([len(ids) for ids in prompts], BATCHES * self._batch_size):
                part = [prompts[i] for i in batch]
                made = generate_until(
                    self._model, self._tokenizer, part, list(stops), self._batch_size, tokens
                )
                answers.update(zip([places[i] for i in batch], made, strict=True))
                progress.add(len(part))
        return [answers[place] for place in range(len(requests))]

    def _likelihoods(self, pairs: list[Pair]) -> list[Any]:
        """Score pairs and tell how far it has come."""
        progress = Countdown("harness, log-probabilities", len(pairs))
        pad = self._tokenizer.pad_token_id
        return likelihoods(self._model, pad, pairs, self._batch_size, progress.add)

    def _fit(self, pair: Pair) -> Pair:
        """Cut the beginning of a context that is too long."""
        room = self.max_length + 1 - len(pair.continuation)
        if room < 1:
            raise UserError(
                f"a task asks for the probability of {len(pair.continuation):,} tokens, and the "
                f"model reads {self.max_length:,}; take a task of shorter answers"
            )
        return Pair(self._last(pair.context, room), pair.continuation)

    def _prompt(self, context: str, max_new_tokens: int) -> list[int]:
        """Return the tokens of a prompt, cut at its beginning so that the answer fits."""
        room = self.max_length - max_new_tokens
        if room < 1:
            raise UserError(
                f"a task asks for answers of {max_new_tokens:,} tokens, and the model reads "
                f"{self.max_length:,} with the prompt; set generation_kwargs.max_gen_toks of the "
                "task lower"
            )
        return self._last(self._encoder.context(context), room)

    def _last(self, ids: list[int], room: int) -> list[int]:
        """Return the last tokens, and count what was cut."""
        self.cut += len(ids) > room
        return ids[-room:]

    def _settings(self, request: Instance) -> tuple[tuple[str, ...], int]:
        """Return where an answer stops: at strings, and after how many tokens.

        Raises:
            UserError: the task draws its answers at random.
        """
        asked = dict(normalize_gen_kwargs(request.args[1]))
        if asked.get("do_sample") or int(asked.get("num_beams", 1)) > 1:
            raise UserError(
                f"task {request.task_name}: it draws answers at random or by beams, and answers "
                "here are greedy, so that they repeat; set do_sample: false and num_beams: 1 in a "
                "copy of the task, see --tasks-folder"
            )
        return tuple(asked["until"]), int(asked["max_gen_toks"])


def max_length(model: Any) -> int:
    """Return how many tokens a model reads, without the virtual ones of its adapter."""
    config = model.config.get_text_config()
    positions = getattr(config, "max_position_embeddings", None) or NO_LIMIT
    adapters = getattr(model, "peft_config", {}).values()
    virtual = [getattr(adapter, "num_virtual_tokens", None) or 0 for adapter in adapters]
    return int(positions) - max(virtual, default=0)
