"""Prefect flows: when, where, retries, approval, loops. They compute nothing."""
