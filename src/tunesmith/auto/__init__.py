"""Auto mode: method and dials of a phase from data, task, model and hardware, with reasons."""
