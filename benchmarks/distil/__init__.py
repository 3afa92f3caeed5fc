"""What a student gains from a teacher at one budget, in the cases that distillation is for."""
