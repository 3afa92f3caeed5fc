"""Prints how fast answers come in batches and one by one, and whether they are the same.

`python -m benchmarks.generate [--prompts 256] [--alone 256] [--half]`: greedy answers in float32,
or with `--half` in bf16. On a CPU by the demo's base, on a GPU by a Llama of one billion random
weights, there also by graphs; prompts are 8 to 128 random tokens, answers as long as they may be,
so that every batch size does the same work. All are compared with the plain answers one by one.
"""

import argparse
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

from benchmarks.online.step import device

BATCHES = (1, 8, 32, 128)


@dataclass(frozen=True)
class Timed:
    """Answers and what they took."""

    texts: list[str]
    tokens: int
    seconds: float

    @property
    def speed(self) -> float:
        """Tokens a second."""
        return self.tokens / self.seconds


def model(half: bool) -> Any:
    """Return the model that suits the machine, in float32 or on a GPU in bf16."""
    import torch

    if torch.cuda.is_available():
        from benchmarks.random_llama import model as shaped

        made = shaped("1B").eval()
        return made if half else made.float()
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained("data/demo-base").eval()


class Endless:
    """What `generate` needs of a tokenizer; no token ends an answer."""

    pad_token_id = 0
    eos_token_id = None
    chat_template = None
    all_special_ids: tuple[int, ...] = ()
    added_tokens_decoder: ClassVar[dict[int, str]] = {}

    def __call__(self, _: str, **__: Any) -> dict[str, list[int]]:
        """Return no tokens: there is no template that could end a turn."""
        return {"input_ids": []}

    def decode(self, ids: list[int], **_: Any) -> str:
        """Return the numbers of the tokens."""
        return str(ids)


def prompts(count: int, vocabulary: int) -> list[list[int]]:
    """Return random prompts."""
    import numpy as np

    drawn = np.random.default_rng(0)
    lengths = drawn.integers(8, 129, count)
    return [drawn.integers(3, vocabulary, length).tolist() for length in lengths]


def timed(
    net: Any, some: list[list[int]], batch_size: int, new_tokens: int, graphs: bool = False
) -> Timed:
    """Answer the prompts, by graphs where they are wanted and there is a GPU."""
    import torch

    from tunesmith.decoding.way import plainly
    from tunesmith.prediction.generate import generate

    started = time.perf_counter()
    with nullcontext() if graphs else plainly():
        answers = generate(net, Endless(), some, batch_size, new_tokens)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    seconds = time.perf_counter() - started
    return Timed([a.text for a in answers], sum(a.tokens for a in answers), seconds)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=256)
    parser.add_argument("--alone", type=int, help="prompts that are answered one by one; all")
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--half", action="store_true", help="bf16, on a GPU")
    chosen = parser.parse_args()
    net = model(chosen.half)
    asked = prompts(chosen.prompts, net.config.vocab_size)
    compared = asked[: chosen.alone]
    gpu = net.device.type == "cuda"
    for graphs in (False, True):
        timed(net, asked[:2], 2, 4, graphs)  # the first answer also loads kernels
    alone = timed(net, compared, 1, chosen.new_tokens)
    print(f"{device()}, {net.num_parameters():,} weights, {net.dtype}")
    print("| batch | way | tokens/s | times plain | times one by one | the same answers |")
    print("|--:|---|--:|--:|--:|--:|")
    for size in BATCHES:
        plain = alone if size == 1 else timed(net, asked, size, chosen.new_tokens)
        ways = {"plain": plain}
        if gpu:
            some = compared if size == 1 else asked
            ways["graphs"] = timed(net, some, size, chosen.new_tokens, graphs=True)
        for name, found in ways.items():
            same = sum(a == b for a, b in zip(alone.texts, found.texts, strict=False))
            print(
                f"| {size} | {name} | {found.speed:,.0f} | {found.speed / plain.speed:.1f} "
                f"| {found.speed / alone.speed:.1f} | {same} of {len(compared)} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
