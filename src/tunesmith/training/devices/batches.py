"""How an optimizer step is shared among processes: its rows stay those that the phase asks for."""

from tunesmith.errors import UserError


def shared(rows_at_once: int, accumulation: int, processes: int) -> tuple[int, int]:
    """Return rows at once and accumulation of each process, so that a step has as many rows.

    Accumulation is lowered first; where there is none left, a process takes fewer rows at once.

    Args:
        rows_at_once: `per_device_batch_size` of the phase, the most that a device holds.
        accumulation: `gradient_accumulation_steps` of the phase.
        processes: on all hosts.

    Raises:
        UserError: the rows of a step cannot be shared evenly.
    """
    step = rows_at_once * accumulation
    own, rest = divmod(step, processes)
    if rest or not own:
        fitting = [n for n in range(1, step + 1) if step % n == 0]
        raise UserError(
            f"phases.<name>: an optimizer step of {step} rows (per_device_batch_size "
            f"{rows_at_once} x gradient_accumulation_steps {accumulation}) cannot be shared by "
            f"{processes} processes; take {', '.join(map(str, fitting))} processes, or make "
            f"the step a multiple of {processes}"
        )
    batch = max(n for n in range(1, min(own, rows_at_once) + 1) if own % n == 0)
    return batch, own // batch


def shared_packs(accumulation: int, processes: int) -> int:
    """Return the packs that each process takes in a step: an even share, or all of them."""
    own, rest = divmod(accumulation, processes)
    return accumulation if rest else own
