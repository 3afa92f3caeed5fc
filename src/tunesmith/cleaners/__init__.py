"""The cleaners: one file each; this union is the registry."""

from typing import Annotated, TypeAlias

from pydantic import Field

from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.cleaners.exact_duplicates import ExactDuplicates
from tunesmith.cleaners.label_noise import LabelNoise
from tunesmith.cleaners.language import Language
from tunesmith.cleaners.length import Length
from tunesmith.cleaners.near_duplicates import NearDuplicates
from tunesmith.cleaners.pii import Pii
from tunesmith.cleaners.repair_text import RepairText
from tunesmith.cleaners.semantic_duplicates import SemanticDuplicates
from tunesmith.cleaners.strip_html import StripHtml
from tunesmith.params import Params

AnyCleaner: TypeAlias = Annotated[
    RepairText
    | StripHtml
    | Length
    | Language
    | Pii
    | ExactDuplicates
    | NearDuplicates
    | SemanticDuplicates
    | Decontaminate
    | LabelNoise,
    Field(discriminator="kind"),
]


class CleanParams(Params):
    """Which cleaners run, in this order."""

    steps: tuple[AnyCleaner, ...] = ()
