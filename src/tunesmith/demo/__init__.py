"""The built-in demo: a small bilingual shop, its support questions, its base model."""
