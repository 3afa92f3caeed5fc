"""What a phase learns: how a row becomes tokens and what is trained. One file a task."""
