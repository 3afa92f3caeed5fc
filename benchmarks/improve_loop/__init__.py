"""Does the improve loop find a slice that was starved on purpose, mend it, and harm nothing?"""
