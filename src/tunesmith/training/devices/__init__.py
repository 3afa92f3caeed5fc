"""Training on more than one device: processes are started, agree, share batches, or shards."""
