"""The committed base model loads, is small, and its tokenizer and chat template keep their word."""

import json
import re
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from tunesmith.demo import prose
from tunesmith.demo.tokenizer import train_tokenizer

BASE = Path(__file__).parents[3] / "data" / "demo-base"
CHAT = [
    {"role": "system", "content": "Be kind. 请友好。"},
    {"role": "user", "content": "你好"},
    {"role": "assistant", "content": "您好"},
    {"role": "user", "content": "Where is order 48213?"},
    {"role": "assistant", "content": "Order 48213 has left."},
]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(BASE)


@pytest.mark.parametrize(
    "text",
    ["Hello  there,\n\tyou!", "订单48213到哪儿了？龘", "👩‍👩‍👧 café – “ok”", " x ", "a\r\n中 b"],
)
def test_any_text_comes_back_as_it_was(tokenizer: PreTrainedTokenizerFast, text: str) -> None:
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_pad_and_eos_are_different_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    assert tokenizer.pad_token_id != tokenizer.eos_token_id


def test_the_prompt_is_a_prefix_of_the_conversation(tokenizer: PreTrainedTokenizerFast) -> None:
    for end in (3, 5):
        prompt = tokenizer.apply_chat_template(
            CHAT[: end - 1], add_generation_prompt=True, tokenize=False
        )
        whole = tokenizer.apply_chat_template(CHAT[:end], tokenize=False)
        assert whole.startswith(prompt)
        assert whole.removeprefix(prompt) == CHAT[end - 1]["content"] + tokenizer.eos_token


def test_the_mask_covers_the_answers_and_their_end(tokenizer: PreTrainedTokenizerFast) -> None:
    out = tokenizer.apply_chat_template(CHAT, return_dict=True, return_assistant_tokens_mask=True)
    pairs = zip(out["input_ids"], out["assistant_masks"], strict=True)
    kept = [token for token, inside in pairs if inside]
    assert tokenizer.decode(kept) == "您好<|eos|>Order 48213 has left.<|eos|>"


def test_the_committed_tokenizer_is_what_the_prose_gives(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    made = train_tokenizer(prose.documents(0, 0, 4000))
    assert made.get_vocab() == tokenizer.get_vocab()
    assert made.chat_template == tokenizer.chat_template


def test_the_base_model_is_small_and_loads(tokenizer: PreTrainedTokenizerFast) -> None:
    model = AutoModelForCausalLM.from_pretrained(BASE)
    assert (BASE / "model.safetensors").stat().st_size <= 8 * 2**20
    assert model.config.vocab_size == len(tokenizer)
    assert model.config.max_position_embeddings >= 512
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id
    assert model.generation_config.pad_token_id == tokenizer.pad_token_id


def test_no_file_of_the_base_names_a_path_of_the_machine() -> None:
    for path in BASE.glob("*.json"):
        values = json.dumps(json.loads(path.read_text(encoding="utf-8")))
        if path.name != "tokenizer.json":
            assert "_name_or_path" not in values
            assert not re.search(r'"/(work|tmp|root|home)', values)
