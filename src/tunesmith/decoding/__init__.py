"""Answers on a GPU a token at a time, without the host's launches: a cache that stands, a graph."""
