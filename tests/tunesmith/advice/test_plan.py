"""What fits is said, and for what does not what would have to be turned."""

from pathlib import Path

import pytest
from transformers import LlamaConfig

from tunesmith.advice.compute import seconds, step_flops
from tunesmith.advice.counts import Counts
from tunesmith.advice.device import Device, fits, given, parse_bytes
from tunesmith.advice.lengths import Lengths, measured, tokens_of
from tunesmith.advice.plan import Advice, advise
from tunesmith.advice.shape import read_configuration, shape_of
from tunesmith.advice.way import Ask
from tunesmith.errors import UserError
from tunesmith.methods import read_method
from tunesmith.models.params import BaseParams
from tunesmith.rows import to_frame, write_rows

ASK = Ask(task="chat", classes=2, batch=16, accumulation=1, max_length=1024, epochs=1)
ROWS = Lengths(rows=1000, mean_tokens=300, longest_tokens=900, counted=True)
GPU = Device(name="a GPU", gpu=True, memory_bytes=24e9, tflops=100)


def llama(**changes: int) -> LlamaConfig:
    """The shape of Llama 3.2 1B."""
    return LlamaConfig(
        **{
            "hidden_size": 2048,
            "intermediate_size": 8192,
            "num_hidden_layers": 16,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
            "vocab_size": 128_256,
            "tie_word_embeddings": True,
            "max_position_embeddings": 8192,
        }
        | changes
    )


def advice(kind: str, **changes: object) -> Advice:
    device = GPU.model_copy(update=changes)
    return advise(llama(), read_method({"kind": kind}), ASK, ROWS, device)


def test_what_fits_needs_nothing_turned() -> None:
    found = advice("lora", memory_bytes=80e9)
    assert found.fits
    assert found.instead is None


def test_rows_that_stay_apart_are_padded_on_a_gpu_too() -> None:
    method, open_ = read_method({"kind": "lora"}), ASK.model_copy(update={"batch": None})
    both = [advise(llama(), method, ask, ROWS, GPU) for ask in (open_, _apart(open_))]
    assert [one.asked.pack_tokens is None for one in both] == [False, True]


def test_an_adversary_takes_twice_the_time() -> None:
    method, asks = read_method({"kind": "lora"}), (_apart(ASK), _apart(ASK, passes=2))
    once, twice = (advise(llama(), method, ask, ROWS, GPU).asked for ask in asks)
    assert twice.seconds_per_epoch == pytest.approx(2 * once.seconds_per_epoch)
    assert twice.peak_bytes == once.peak_bytes


def _apart(ask: Ask, **changes: object) -> Ask:
    return ask.model_copy(update={"apart": True, **changes})


def test_a_smaller_batch_with_as_many_rows_a_step_is_tried_first() -> None:
    found = advice("prompt")
    assert not found.fits
    assert found.instead is not None
    assert found.instead.batch is not None
    assert found.instead.batch * found.instead.accumulation == 16
    assert not found.instead.checkpointing
    assert fits(GPU, found.instead.peak_bytes)


PACKS = ASK.model_copy(update={"batch": None})


def test_a_gpu_is_given_packs_that_fit_it() -> None:
    large, small = (
        advise(
            llama(),
            read_method({"kind": "lora"}),
            PACKS,
            ROWS,
            GPU.model_copy(update={"memory_bytes": memory}),
        )
        for memory in (24e9, 7e9)
    )
    assert (large.asked.fast, large.asked.batch, large.asked.pack_tokens) == (True, None, 16 * 300)
    assert large.asked.accumulation == 1
    assert (small.fits, small.instead) == (True, None)
    assert (small.asked.pack_tokens, small.asked.accumulation) == (16 * 300, 1)
    assert small.asked.checkpointing  # half of such a pack would be too short to pay


def test_packs_that_a_dial_names_are_halved_where_they_do_not_fit() -> None:
    said = PACKS.model_copy(update={"pack_tokens": 4_800})
    small = GPU.model_copy(update={"memory_bytes": 7e9})
    found = advise(llama(), read_method({"kind": "lora"}), said, ROWS, small)
    assert (found.fits, found.asked.pack_tokens) == (False, 4_800)
    assert found.instead is not None
    assert (found.instead.pack_tokens, found.instead.accumulation) == (2_400, 2)


def test_activations_are_computed_twice_before_packs_are_too_short_to_pay() -> None:
    eight = llama(
        hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, tie_word_embeddings=False
    )
    many = Lengths(rows=100_000, mean_tokens=300, longest_tokens=900, counted=True)
    found = {
        memory: advise(
            eight,
            read_method({"kind": "qlora"}),
            PACKS,
            many,
            GPU.model_copy(update={"memory_bytes": memory * 1e9}),
        )
        for memory in (80, 24, 12, 6)
    }
    cut = {at: (one.asked.pack_tokens, one.asked.checkpointing) for at, one in found.items()}
    assert cut[24] == (4_096, False)
    assert [one.fits for one in found.values()] == [True, True, True, False]
    assert cut[12][1]
    assert cut[80] == (16_384, False)


def test_what_the_fast_path_cannot_do_is_estimated_without_it() -> None:
    plain = advise(llama(), read_method({"kind": "lora", "dora": True}), ASK, ROWS, GPU).asked
    assert not plain.fast
    assert plain.peak_bytes > advice("lora").asked.peak_bytes


def test_a_cpu_pads_rows() -> None:
    cpu = Device(name="cpu", gpu=False, memory_bytes=24e9, tflops=0.1)
    packs = ASK.model_copy(update={"batch": None})
    found = advise(llama(), read_method({"kind": "lora"}), packs, ROWS, cpu).asked
    assert (found.batch, found.pack_tokens) == (16, None)


def test_checkpointing_is_the_last_resort() -> None:
    found = advice("full", memory_bytes=28e9)
    assert found.instead is not None
    assert found.instead.checkpointing


def test_a_prefix_is_never_advised_to_be_recomputed() -> None:
    found = advice("prefix", memory_bytes=5.8e9)
    assert (found.fits, found.instead) == (False, None)
    assert advice("prompt", memory_bytes=5.8e9).instead is not None


def test_what_fits_nowhere_is_said() -> None:
    found = advice("full", memory_bytes=6e9)
    assert (found.fits, found.instead) == (False, None)


def test_the_order_of_methods_is_that_of_their_weights() -> None:
    peaks = {kind: advice(kind).asked.peak_bytes for kind in ("full", "freeze", "lora", "qlora")}
    assert list(peaks) == sorted(peaks, key=lambda kind: -peaks[kind])


def test_accumulation_keeps_gradients_beside_activations() -> None:
    method = read_method({"kind": "full"})
    more = ASK.model_copy(update={"accumulation": 2})
    once, twice = (advise(llama(), method, ask, ROWS, GPU).asked for ask in (ASK, more))
    assert twice.peak_bytes - once.peak_bytes == once.gradient_bytes


def test_a_row_longer_than_the_limit_counts_up_to_it() -> None:
    method = read_method({"kind": "lora"})
    long = ROWS.model_copy(update={"longest_tokens": 5000})
    short = ROWS.model_copy(update={"longest_tokens": 1024})
    assert advise(llama(), method, ASK, long, GPU) == advise(llama(), method, ASK, short, GPU)


def test_operations_are_six_a_weight_and_four_where_weights_are_frozen() -> None:
    shape = shape_of(llama())
    full = Counts(base=100, trained=100, added=0, quantised=0, norms=0, lookup=0)
    frozen = Counts(base=100, trained=0, added=0, quantised=0, norms=0, lookup=0)
    attention = 12 * 16 * 2048 * 10 / 2
    assert step_flops(full, shape, 1, 10, 1.0, False) == 600 + attention
    assert step_flops(frozen, shape, 1, 10, 1.0, False) == 400 + attention
    assert step_flops(frozen, shape, 1, 10, 1.0, True) == 600 + attention * 4 / 3
    assert seconds(1e12, 1.0, 0.5) == 2


def test_sizes_are_read_with_their_unit() -> None:
    assert parse_bytes("24GB") == 24e9
    assert parse_bytes(" 80 gib ") == 80 * 2**30
    assert given("8GB", 12).tflops == 12
    for wrong in ("big", "24 apples", "0GB", "-1GB", ""):
        with pytest.raises(UserError, match="write a size such as 24GB"):
            parse_bytes(wrong)


def test_the_shape_is_read_in_the_words_of_the_architecture() -> None:
    from transformers import BertConfig, GPT2Config, MixtralConfig

    assert shape_of(llama()).gated
    assert shape_of(llama()).head_size == 64
    gpt = shape_of(GPT2Config())
    assert (gpt.layers, gpt.hidden, gpt.feed_forward, gpt.gated) == (12, 768, 3072, False)
    assert not shape_of(BertConfig()).gated
    mixture = MixtralConfig(intermediate_size=100, num_experts_per_tok=2, hidden_size=64)
    assert shape_of(mixture).feed_forward == 200


def test_a_model_that_is_not_there_is_answered_with_the_way_out(tmp_path: Path) -> None:
    for place in (str(tmp_path), "organisation/model"):
        with pytest.raises(UserError, match=r"no configuration found .*config\.json, package:NAME"):
            read_configuration(BaseParams(model=place))


def test_lengths_come_from_the_first_table_that_is_there(tmp_path: Path) -> None:
    rows = [{"id": str(i), "task": "text", "text": "x" * 40 * (i + 1)} for i in range(3)]
    write_rows(tmp_path / "examples.parquet", to_frame(rows))
    tables = [tmp_path / "train.parquet", tmp_path / "examples.parquet"]
    found = measured(tables, None, 25)
    assert (found.rows, found.mean_tokens, found.longest_tokens) == (3, (10 + 20 + 25) / 3, 25)
    assert not found.counted
    with pytest.raises(UserError, match="say the data with --rows and --tokens"):
        measured(tables[:1], None, 25)


def test_the_longest_row_is_found_among_many(tmp_path: Path) -> None:
    rows = [{"id": str(i), "task": "text", "text": "x" * 4} for i in range(3000)]
    rows[1] = {"id": "long", "task": "text", "text": "x" * 400}
    write_rows(tmp_path / "examples.parquet", to_frame(rows))
    found = measured([tmp_path / "examples.parquet"], None, 512)
    assert (found.longest_tokens, found.mean_tokens) == (100, 1)


def test_without_a_tokenizer_a_chinese_letter_is_a_token() -> None:
    assert tokens_of({"id": "1", "task": "text", "text": "订单号是abcd"}, None) == 5
