"""Tunesmith fine-tunes language models as a repeatable data-to-adapter pipeline."""

__version__ = "0.1.0"
