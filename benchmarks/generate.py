"""Prints how fast answers come in batches and one by one, and whether they are the same.

`python -m benchmarks.generate [--prompts 256] [--alone 256]`: greedy answers in float32. On a CPU
by the demo's base, on a GPU by a Llama of one billion random weights; prompts are 8 to 128 random
tokens, answers as long as they may be, so that every batch size does the same work.
"""

import argparse
import time
from dataclasses import dataclass
from typing import Any, ClassVar

BATCHES = (8, 32, 128)


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


def model() -> Any:
    """Return the model that suits the machine, in float32."""
    import torch

    if torch.cuda.is_available():
        from benchmarks.random_llama import model as shaped

        return shaped("1B").float().eval()
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


def timed(net: Any, some: list[list[int]], batch_size: int, new_tokens: int) -> Timed:
    """Answer the prompts."""
    import torch

    from tunesmith.prediction.generate import generate

    started = time.perf_counter()
    answers = generate(net, Endless(), some, batch_size, new_tokens)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    seconds = time.perf_counter() - started
    return Timed([a.text for a in answers], sum(a.tokens for a in answers), seconds)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=256)
    parser.add_argument(
        "--alone", type=int, help="prompts that are answered one by one and compared; all"
    )
    parser.add_argument("--new-tokens", type=int, default=64)
    chosen = parser.parse_args()
    net = model()
    asked = prompts(chosen.prompts, net.config.vocab_size)
    timed(net, asked[:2], 2, 4)  # the first answer also loads kernels
    compared = asked[: chosen.alone]
    alone = timed(net, compared, 1, chosen.new_tokens)
    print(f"{net.device}, {net.num_parameters():,} weights, float32")
    print("| batch | tokens/s | times one by one | the same answers |\n|--:|--:|--:|--:|")
    print(f"| 1 | {alone.speed:,.0f} | 1.0 | |")
    for size in BATCHES:
        found = timed(net, asked, size, chosen.new_tokens)
        same = sum(a == b for a, b in zip(alone.texts, found.texts, strict=False))
        print(
            f"| {size} | {found.speed:,.0f} | {found.speed / alone.speed:.1f} "
            f"| {same} of {len(compared)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
