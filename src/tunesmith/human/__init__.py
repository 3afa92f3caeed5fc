"""Human evaluation: people compare two models' answers on a local page, blind."""
