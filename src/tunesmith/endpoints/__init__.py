"""Asks language models behind an address, gently, and remembers what they replied."""
