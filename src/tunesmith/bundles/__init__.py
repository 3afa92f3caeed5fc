"""Several adapters over one base in a folder of models/, and which of them answers a row."""

from tunesmith.bundles.bundle import FILE_NAME, Bundle, is_bundle, write_bundle
from tunesmith.bundles.load import Shelf, load_shelf
from tunesmith.bundles.rule import Rule

__all__ = ["FILE_NAME", "Bundle", "Rule", "Shelf", "is_bundle", "load_shelf", "write_bundle"]
