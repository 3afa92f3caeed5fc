"""The table that stage predict writes and all later stages read: one line a row of the exam."""

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("prediction", pa.string()),
        ("logprob", pa.float64()),  # of the reference answer, nats
        ("reference_tokens", pa.int64()),
        ("reference_bytes", pa.int64()),  # of the text that `logprob` is of, UTF-8
        ("answer_logprob", pa.float64()),  # of the model's own answer, nats
        ("generated_tokens", pa.int64()),
        ("finished", pa.bool_()),
        ("truncated", pa.bool_()),  # what was asked was longer than predict.max_length
        ("scores", pa.string()),  # JSON, label → probability
        ("logits", pa.string()),  # JSON, label → logit
    ]
)
COLUMNS = tuple(SCHEMA.names)
