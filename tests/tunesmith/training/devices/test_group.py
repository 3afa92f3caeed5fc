"""The processes are those that were asked for; anything else is refused in words."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tunesmith.errors import StartAgain, UserError
from tunesmith.hardware import Hardware
from tunesmith.training.devices.group import (
    ALONE,
    Group,
    group_of,
    joined,
    refuse_differences,
    refuse_few_gpus,
    refuse_other_group,
)
from tunesmith.training.devices.trainer import refuse_other_training, refuse_own_gradients

PAIR = {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}


def test_without_a_launcher_a_process_is_alone() -> None:
    assert group_of(Hardware(), {}) == ALONE


def test_a_process_of_a_launcher_knows_its_place() -> None:
    hosts = {"RANK": "5", "WORLD_SIZE": "6", "LOCAL_RANK": "2", "LOCAL_WORLD_SIZE": "3"}
    group = group_of(Hardware(processes=3, hosts=2, strategy="fsdp2"), hosts)
    assert group == Group(5, 6, 2, 3, "fsdp2")
    assert (group.first, group.sharded) == (False, True)


@pytest.mark.parametrize(
    ("hardware", "words"),
    [
        (Hardware(processes=4), "hardware.processes: 4 are asked for, the launcher started 2"),
        (Hardware(hosts=2), "hardware.hosts: 2 are asked for, the launcher started 1"),
    ],
)
def test_a_launcher_that_started_another_number_is_refused(hardware: Hardware, words: str) -> None:
    with pytest.raises(UserError, match=words):
        group_of(hardware, PAIR)


def test_a_launch_that_came_out_as_one_process_is_refused() -> None:
    with pytest.raises(UserError, match="accelerate launch started one process"):
        group_of(Hardware(), {"ACCELERATE_MIXED_PRECISION": "no"})


@pytest.mark.parametrize(
    "environment", [{}, {**PAIR, "RANK": "0", "WORLD_SIZE": "1"} | {"LOCAL_WORLD_SIZE": "1"}]
)
def test_shards_of_one_process_are_refused(environment: dict[str, str]) -> None:
    with pytest.raises(UserError, match="fsdp2 shards over processes, and there is one"):
        group_of(Hardware(strategy="fsdp2"), environment)


def test_more_processes_than_gpus_are_refused() -> None:
    refuse_few_gpus(2, 2)
    with pytest.raises(UserError, match="4 processes need as many GPUs, this host shows 2"):
        refuse_few_gpus(4, 2)


def test_another_backend_than_that_of_the_devices_is_refused() -> None:
    with pytest.raises(UserError, match="talk over gloo, and these devices need nccl"):
        refuse_other_group(Group(size=2), "nccl", "gloo", 2)


def test_processes_that_did_not_all_find_each_other_are_refused() -> None:
    with pytest.raises(UserError, match="4 processes were started, 2 found each other"):
        refuse_other_group(Group(size=4), "gloo", "gloo", 2)


def test_one_process_has_nobody_to_differ_from() -> None:
    refuse_differences(ALONE, {"data": "x"})


def test_a_process_that_finds_no_other_says_where_it_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**PAIR, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}.items():
        monkeypatch.setenv(name, value)

    def refused(*_: Any, **__: Any) -> None:
        raise torch.distributed.DistNetworkError("The client socket has timed out")

    monkeypatch.setattr("torch.distributed.init_process_group", refused)
    words = "process 1 of 2 cannot reach another one.*MASTER_ADDR"
    with pytest.raises(UserError, match=words), joined(Hardware()):
        pass


@pytest.mark.parametrize(
    "failure", [StartAgain("less"), UserError("broken"), torch.OutOfMemoryError("CUDA")]
)
def test_a_process_that_fails_does_not_wait_for_the_others(
    connected: list[str], failure: Exception
) -> None:
    with pytest.raises(type(failure)), joined(Hardware()):
        raise failure
    assert connected == []


def test_a_process_that_is_done_leaves_the_group(connected: list[str]) -> None:
    with joined(Hardware()):
        pass
    assert connected == ["left"]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A process that has found the other one; the list tells of its leave."""
    for name, value in PAIR.items():
        monkeypatch.setenv(name, value)
    answers = {"is_initialized": True, "get_backend": "gloo", "get_world_size": 2}
    for name, answer in answers.items():
        monkeypatch.setattr(f"torch.distributed.{name}", lambda answer=answer: answer)
    leaves: list[str] = []
    monkeypatch.setattr("torch.distributed.destroy_process_group", lambda: leaves.append("left"))
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    return leaves


def trained_as(
    model: Any, size: int = 2, strategy: str = "ddp", past_forward: bool = False
) -> None:
    group, arguments = Group(size=2, strategy=strategy), SimpleNamespace(world_size=size)
    refuse_other_training(group, model, arguments, past_forward)


def test_a_trainer_that_sees_one_process_of_two_is_refused() -> None:
    with pytest.raises(UserError, match="2 processes were asked for, and the Trainer sees 1"):
        trained_as(torch.nn.Linear(2, 2), size=1)


def test_a_model_that_did_not_become_ddp_is_refused() -> None:
    with pytest.raises(UserError, match="ddp is asked for, and the model is a Linear"):
        trained_as(torch.nn.Linear(2, 2))


class InTheirPlace(torch.nn.Linear):
    """What Accelerate makes of a model, without its need of a group."""


@pytest.fixture
def as_ddp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.nn.parallel.DistributedDataParallel", InTheirPlace)


@pytest.mark.usefixtures("as_ddp")
def test_ddp_around_the_fast_path_is_refused() -> None:
    trained_as(torch.nn.Linear(2, 2), past_forward=True)
    with pytest.raises(UserError, match="shares its gradients itself, and the model is a InTheir"):
        trained_as(InTheirPlace(2, 2), past_forward=True)


@pytest.mark.usefixtures("as_ddp")
def test_ddp_in_the_place_of_shards_is_refused() -> None:
    trained_as(InTheirPlace(2, 2))
    with pytest.raises(
        UserError, match="fsdp2 is asked for, and the model is a InTheirPlace with 2"
    ):
        trained_as(InTheirPlace(2, 2), strategy="fsdp2")


@pytest.mark.parametrize(("other", "own"), [([2.0, 0.0], False), ([1.5, 0.0], True)])
def test_gradients_that_each_process_keeps_to_itself_are_refused(
    monkeypatch: pytest.MonkeyPatch, other: list[float], own: bool
) -> None:
    def gathered(found: list[Any], mine: list[float]) -> None:
        found[:] = [mine, other]

    monkeypatch.setattr("torch.distributed.get_world_size", lambda: 2)
    monkeypatch.setattr("torch.distributed.all_gather_object", gathered)
    model = torch.nn.Linear(1, 1)
    model.weight.grad, model.bias.grad = torch.tensor([[-2.0]]), torch.zeros(1)
    if not own:
        refuse_own_gradients(model)
        return
    with pytest.raises(UserError, match="do not share their gradients"):
        refuse_own_gradients(model)
