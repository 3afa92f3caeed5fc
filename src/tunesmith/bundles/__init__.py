"""Several adapters over one base in a folder of models/, and which of them answers a row."""
