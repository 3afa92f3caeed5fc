"""Expectations, one file each: what must hold of the data. The union is the registry."""

from typing import Annotated

from pydantic import Field

from tunesmith.expectations.answer_present import AnswerPresent
from tunesmith.expectations.drop_rate import DropRate
from tunesmith.expectations.gx import Gx
from tunesmith.expectations.label_balance import LabelBalance
from tunesmith.expectations.language_in import LanguageIn
from tunesmith.expectations.length_chars import LengthChars
from tunesmith.expectations.length_quantiles import LengthQuantiles
from tunesmith.expectations.length_tokens import LengthTokens
from tunesmith.expectations.no_control_characters import NoControlCharacters
from tunesmith.expectations.no_leak import NoLeak
from tunesmith.expectations.no_near_duplicates import NoNearDuplicates
from tunesmith.expectations.no_pii import NoPii
from tunesmith.expectations.roles_alternate import RolesAlternate
from tunesmith.expectations.rows_at_least import RowsAtLeast
from tunesmith.expectations.share import Share
from tunesmith.expectations.trained_tokens import TrainedTokens
from tunesmith.expectations.unique_ids import UniqueIds
from tunesmith.expectations.values_in import ValuesIn
from tunesmith.params import Params

Expectation = Annotated[
    AnswerPresent
    | DropRate
    | Gx
    | LabelBalance
    | LanguageIn
    | LengthChars
    | LengthQuantiles
    | LengthTokens
    | NoControlCharacters
    | NoLeak
    | NoNearDuplicates
    | NoPii
    | RolesAlternate
    | RowsAtLeast
    | Share
    | TrainedTokens
    | UniqueIds
    | ValuesIn,
    Field(discriminator="kind"),
]


class ValidateParams(Params):
    """One suite: `validate.clean` or `validate.train`."""

    expectations: list[Expectation] = Field(min_length=1)


class ValidateSuites(Params):
    """Both suites: on the cleaned data, and on what the trainer will see."""

    clean: ValidateParams
    train: ValidateParams
