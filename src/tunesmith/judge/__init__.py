"""A language model compares answers with their references; asked in both orders, recorded."""
