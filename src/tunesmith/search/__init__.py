"""Search over the dials: what may be turned, what was tried, and what came of it."""
