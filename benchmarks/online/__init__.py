"""Learning from scores and from preferences at one budget, and what a PPO step is made of."""
