"""Any other adapter of PEFT by name: what is unknown or would fail is said when params are read."""

from typing import Any

import pytest
from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING

from tunesmith.errors import UserError
from tunesmith.methods.peft import OWN_KINDS, REFUSED, Peft, known_types
from tunesmith.params import Params


class Section(Params):
    method: Peft


def read(**method: Any) -> Peft:
    data = {"method": {"kind": "peft", **method}}
    return Section.validated(data, {}, [], "params.yaml").method  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ({"type": "MAGIC"}, 'no type "MAGIC"; known: .*LOHA, LOKR'),
        ({"type": "LOHA", "options": {"rank": 4}}, 'no option "rank"; known: .*alpha.*, r,'),
        ({"type": "lora"}, "LORA is method.kind lora"),
        ({"type": "ADALORA"}, "ADALORA is not trained here: its ranks move only by a call"),
        ({"type": "XLORA"}, "XLORA is not trained here: it mixes adapters"),
        ({"type": "cpt"}, "CPT is not trained here: its loss is no number"),
        ({"type": "POLY"}, "which of several tasks"),
        ({"type": "LOHA", "options": {"task_type": "X"}}, 'no option "task_type"'),
        ({"type": "OFT", "options": {"r": 8, "oft_block_size": 8}}, "options: .*r.*oft_block"),
    ],
)
def test_what_cannot_be_trained_is_refused_with_what_can(
    method: dict[str, Any], expected: str
) -> None:
    with pytest.raises(UserError, match=expected):
        read(**method)


def test_every_type_of_peft_is_known_refused_or_has_a_kind_of_its_own() -> None:
    every = {str(kind.value) for kind in PEFT_TYPE_TO_CONFIG_MAPPING}
    assert set(known_types()) | set(REFUSED) | set(OWN_KINDS) >= every
    assert set(REFUSED) <= every  # a refusal of what is gone would be idle


@pytest.mark.parametrize("name", known_types())
def test_every_known_type_can_be_written_without_options(name: str) -> None:
    assert read(type=name.lower()).type == name.lower()


def test_the_options_reach_the_adapter(llama: Any) -> None:
    model = read(type="LOHA", options={"r": 3, "target_modules": ["q_proj"]}).apply(llama, "chat")
    ranks = {w.shape[0] for n, w in model.named_parameters() if "hada_w1_b" in n}
    assert ranks == {3}


def test_targets_that_match_nothing_are_refused(llama: Any) -> None:
    with pytest.raises(UserError, match=r"matches no module.*it has: .*q_proj"):
        read(type="LOKR", options={"target_modules": ["query"]}).apply(llama, "chat")


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("C3A", {"block_size": 7}, "C3A does not take them on this model: The block size should"),
        ("CARTRIDGE", {}, "CARTRIDGE does not take them on this model: "),
    ],
)
def test_options_that_do_not_fit_the_model_are_refused(
    llama: Any, name: str, options: dict[str, Any], expected: str
) -> None:
    with pytest.raises(UserError, match=f"method.options: {expected}"):
        read(type=name, options=options).apply(llama, "chat")
