"""The same cleaners over the workers of a Dask cluster, for tables larger than one memory."""
