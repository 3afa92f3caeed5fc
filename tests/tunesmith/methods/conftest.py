"""Tiny models, as weights without any file."""

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification


@pytest.fixture
def llama(tiny_base: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(tiny_base)


@pytest.fixture
def llama_classifier(tiny_base: Path) -> Any:
    return AutoModelForSequenceClassification.from_pretrained(tiny_base)


@pytest.fixture
def bert(tiny_encoder: Path) -> Any:
    return AutoModelForSequenceClassification.from_pretrained(tiny_encoder)
