"""What the components share about text: scripts, normal forms, numbers, near duplicates."""
