"""Slices that look into the text, at train or at a saved query; the plain ones are in `slices`."""
