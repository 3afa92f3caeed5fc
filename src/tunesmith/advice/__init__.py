"""What a training would take, before any weight is loaded: memory, time, and what fits."""
