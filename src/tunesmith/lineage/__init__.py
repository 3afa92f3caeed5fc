"""Where an adapter comes from and where a row went: what is computed, without git or DVC."""
