"""Train the demo's base model: `python -m tunesmith.demo.pretrain --out data/demo-base --seed 0`.

It reads nothing but the prose that `prose.py` draws. It takes the GPU when there is one; on the
CPU, `--documents` should be smaller, and the same seed gives the same weights.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from tunesmith.demo import corpus, prose
from tunesmith.demo.tokenizer import train_tokenizer

TOKENIZER_DOCUMENTS = 4000
LEARNING_RATE, WARMUP_STEPS, WEIGHT_DECAY = 4e-3, 100, 0.05
REPORT_STEPS = 200


def main() -> None:
    """Train a tokenizer and a model and write both into `--out`."""
    flags = parse_flags()
    torch.manual_seed(flags.seed)
    tokenizer = train_tokenizer(prose.documents(flags.seed, 0, TOKENIZER_DOCUMENTS))
    model = build_model(tokenizer, flags.hidden, flags.layers)
    ids = corpus.token_ids(
        tokenizer.backend_tokenizer.to_str(), tokenizer.eos_token_id, flags.documents, flags.seed
    )
    train(model, ids, flags.batch, flags.epochs, flags.seed)
    save(model, tokenizer, flags.out)


def parse_flags() -> argparse.Namespace:
    """Read the command line; the defaults made the committed model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--documents", type=int, default=400_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=256, help="documents per step")
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--layers", type=int, default=4)
    return parser.parse_args()


def build_model(tokenizer: PreTrainedTokenizerFast, hidden: int, layers: int) -> LlamaForCausalLM:
    """A Llama with heads of 32 dimensions, half as many key-value heads, and tied embeddings."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=3 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 32,
        num_key_value_heads=max(1, hidden // 64),
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def train(
    model: LlamaForCausalLM, ids: list[list[int]], batch: int, epochs: int, seed: int
) -> None:
    """Train on whole documents with AdamW, a warm-up and a cosine to zero; print the loss."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).train()
    rng = np.random.default_rng(seed)
    pad_id = int(model.config.pad_token_id or 0)
    total = epochs * math.ceil(len(ids) / batch)
    optimizer = torch.optim.AdamW(
        model.parameters(), LEARNING_RATE, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, total))
    steps = (pair for _ in range(epochs) for pair in corpus.batches(ids, batch, pad_id, rng))
    for step, (ids_BT, labels_BT) in enumerate(steps):
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            loss = model(input_ids=ids_BT.to(device), labels=labels_BT.to(device)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        if step % REPORT_STEPS == 0 or step == total - 1:
            print(f"step {step} of {total}, loss {loss.item():.4f} nats per token", flush=True)


def rate(step: int, total: int) -> float:
    """Learning rate at `step` as a share of the highest: linear warm-up, then half a cosine."""
    if step < WARMUP_STEPS:
        return (step + 1) / WARMUP_STEPS
    done = (step - WARMUP_STEPS) / max(1, total - WARMUP_STEPS)
    return 0.5 * (1 + math.cos(math.pi * done))


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """Write the model in fp32 safetensors with its tokenizer and greedy generation settings."""
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, do_sample=False
    )
    model.cpu().float().eval().save_pretrained(out)
    tokenizer.save_pretrained(out)


if __name__ == "__main__":
    main()
