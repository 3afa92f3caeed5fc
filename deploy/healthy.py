"""Ends with 0 if the worker of this container has lately asked its pool for work."""

import os
from urllib.request import urlopen

port = os.environ["PREFECT_WORKER_WEBSERVER_PORT"]
urlopen(f"http://127.0.0.1:{port}/health", timeout=8).close()
