"""The cleaners: one file each; this union is the registry."""

from typing import Annotated, TypeAlias

from pydantic import Field

from tunesmith.cleaners.boilerplate import Boilerplate
from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.cleaners.exact_duplicates import ExactDuplicates
from tunesmith.cleaners.label_noise import LabelNoise
from tunesmith.cleaners.language import Language
from tunesmith.cleaners.length import Length
from tunesmith.cleaners.near_duplicates import NearDuplicates
from tunesmith.cleaners.pii import Pii
from tunesmith.cleaners.refusals import Refusals
from tunesmith.cleaners.repair_text import RepairText
from tunesmith.cleaners.repeated_edges import RepeatedEdges
from tunesmith.cleaners.repetition import Repetition
from tunesmith.cleaners.same_answers import SameAnswers
from tunesmith.cleaners.scale_out.params import ScaleOut
from tunesmith.cleaners.semantic_duplicates import SemanticDuplicates
from tunesmith.cleaners.strip_html import StripHtml
from tunesmith.cleaners.symbols import Symbols
from tunesmith.params import Params

AnyCleaner: TypeAlias = Annotated[
    RepairText
    | StripHtml
    | Boilerplate
    | RepeatedEdges
    | Length
    | Repetition
    | Symbols
    | Refusals
    | SameAnswers
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
    """Which cleaners run, in this order, and where: in one process, or over a cluster."""

    steps: tuple[AnyCleaner, ...] = ()
    scale_out: ScaleOut | None = None
