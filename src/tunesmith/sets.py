"""What the names of sets beside the test rows begin with: every stage reads them from `split`."""

OOD = "ood:"  # out of distribution: other sources than the train rows
RETENTION = "retention:"  # what the base knew
