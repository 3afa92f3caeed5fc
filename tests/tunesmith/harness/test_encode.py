"""The texts of tasks become the tokens that a model was trained to see."""

from typing import Any

import pytest
from tokenizers.processors import TemplateProcessing

from tests.tiny import chat_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.harness.encode import Encoder, Pair
from tunesmith.models.load import Loaded
from tunesmith.tasks.chat import IGNORED, encode

TOKENIZER = tiny_tokenizer()


def test_a_question_and_its_answer_are_the_tokens_of_training() -> None:
    encoder = Encoder(TOKENIZER, chat=True)
    prompt = encoder.messages([{"role": "user", "content": "在哪里？"}], answer_follows=True)
    pair = encoder.pair(prompt, "here</s>")
    trained = encode(chat_row(0, "在哪里？", "here"), TOKENIZER, 512)
    assert pair.context + pair.continuation == trained["input_ids"]
    assert pair.continuation == [one for one in trained["labels"] if one != IGNORED]


def test_an_answer_that_has_begun_is_gone_on_with() -> None:
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "It is"}]
    assert Encoder(TOKENIZER, chat=True).messages(messages, answer_follows=False) == "<u>q<a>It is"


def test_in_plain_text_the_space_at_the_border_belongs_to_the_answer() -> None:
    pair = Encoder(TOKENIZER, chat=False).pair("a ", "b")
    assert TOKENIZER.decode(pair.context) == "a"
    assert TOKENIZER.decode(pair.continuation) == " b"


@pytest.mark.parametrize("blank", [" ", "\n", " \n  ", "\u3000"])
def test_blank_context_loses_no_token_of_what_follows(blank: str) -> None:
    pair = Encoder(TOKENIZER, chat=False).pair(blank, "b")
    assert pair.context == [TOKENIZER.eos_token_id]
    assert TOKENIZER.decode(pair.continuation) == f"{blank}b"


@pytest.mark.parametrize("starts", [True, False], ids=["bos", "no bos"])
@pytest.mark.parametrize("context", ["", "a", "a ", "在哪里？\n", " a", " ", "\n\n"])
@pytest.mark.parametrize("continuation", ["b", " b", "好的。"])
def test_pairs_of_plain_text_are_those_of_lm_eval(
    tiny: Loaded, starts: bool, context: str, continuation: str
) -> None:
    tokenizer = starting() if starts else TOKENIZER
    pair = Encoder(tokenizer, chat=False).pair(context, continuation)
    before, after = pair_of_lm_eval(tiny.model, tokenizer, context, continuation)
    assert pair.continuation == after
    if before or context.strip():  # lm_eval has no way to read nothing, and stops there
        assert pair.context == before


def pair_of_lm_eval(
    model: Any, tokenizer: Any, context: str, continuation: str
) -> tuple[list[int], list[int]]:
    """Return what lm_eval's own class for models of transformers scores, before it does."""
    module = pytest.importorskip(
        "lm_eval.models.huggingface", reason="lm_eval is not installed: `make harness`"
    )
    from lm_eval.api.instance import Instance

    lm = module.HFLM(pretrained=model, tokenizer=tokenizer)
    lm._loglikelihood_tokens = lambda requests, **_: requests
    asked = Instance("loglikelihood", {}, (context, continuation), 0)
    [(_, before, after)] = lm.loglikelihood([asked], disable_tqdm=True)
    return before, after


def starting() -> Any:
    """Return a tokenizer that puts a start before every text."""
    tokenizer = tiny_tokenizer()
    tokenizer.add_special_tokens({"bos_token": "<u>"})
    start = TemplateProcessing(single="<u> $A", special_tokens=[("<u>", tokenizer.bos_token_id)])
    tokenizer.backend_tokenizer.post_processor = start
    return tokenizer


def test_without_context_the_end_of_a_text_stands_before() -> None:
    for chat in (True, False):
        pair = Encoder(TOKENIZER, chat).pair("", "b")
        assert pair.context == [TOKENIZER.eos_token_id]


def test_a_start_that_the_tokenizer_puts_before_texts_stands_there_once() -> None:
    tokenizer = starting()
    first = tokenizer.bos_token_id
    plain = Encoder(tokenizer, chat=False)
    assert plain.pair("a", "b").context == tokenizer("a")["input_ids"]
    assert plain.context("<u>a") == plain.context("a")
    assert plain.windows("ab", 9) == [Pair([first], tokenizer("ab")["input_ids"][1:])]
    assert Encoder(tokenizer, chat=True).context("<u>a<a>").count(first) == 1


def test_an_answer_of_no_token_is_refused() -> None:
    with pytest.raises(UserError, match="the probability of '' after 'a', which adds no token"):
        Encoder(TOKENIZER, chat=False).pair("a", "")


@pytest.mark.parametrize("max_length", [1, 2, 3, 4, 10, 11, 12, 50])
def test_a_long_text_is_asked_for_once_in_the_parts_that_lm_eval_makes(max_length: int) -> None:
    encoder = Encoder(TOKENIZER, chat=False)
    pairs = encoder.windows("0123456789", max_length)
    asked = [token for pair in pairs for token in pair.continuation]
    assert TOKENIZER.decode(asked) == "0123456789"
    assert all(0 < len(pair.read) <= max_length for pair in pairs)
    utils = pytest.importorskip("lm_eval.utils", reason="lm_eval is not installed: `make harness`")
    ids = encoder.context("0123456789")
    theirs = utils.get_rolling_token_windows(ids, encoder.prefix, max_length, 1)
    assert pairs == [Pair(*utils.make_disjoint_window(window)) for window in theirs]
