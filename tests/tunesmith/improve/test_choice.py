from tunesmith.improve.choice import choose
from tunesmith.improve.ledger import Round
from tunesmith.improve.lesson import Lesson
from tunesmith.improve.moves import Move

ROWS = Lesson([{"task": "chat"}] * 3, {"lang=zh": {"grow": 3}}, {}, ("a", "b", "c"), ("lang=zh",))
NONE = Lesson([], {}, {}, (), ())
GUESS = Move("higher rank", {"phases.sft.method.r": 32}, "little room", False)
CALLED = Move("train longer", {"phases.sft.epochs": 4}, "the last evaluation was the best", True)


def made(action, kept, dials=None):
    return Round(number=1, action=action, why="", kept=kept, dials=dials or {})


def chosen(rounds=(), found=ROWS, waiting=0, moves=(GUESS,)):
    return choose(rounds, found, waiting, iter(moves))


def test_rows_come_first():
    choice = chosen()
    assert choice.action == "data"
    assert choice.why == "3 rows for lang=zh"


def test_what_the_training_shows_to_be_wrong_comes_before_rows():
    assert chosen(moves=[CALLED, GUESS]).move == CALLED


def test_after_rows_that_did_not_help_dials_are_tried():
    choice = chosen([made("data", kept=False)])
    assert choice.move == GUESS
    assert "rows did not help" in choice.why


def test_after_rows_that_helped_more_rows_are_added():
    assert chosen([made("data", kept=True)]).action == "data"


def test_after_dials_that_did_not_help_rows_are_tried_again():
    assert chosen([made("technique", False, GUESS.dials)]).action == "data"


def test_without_rows_dials_are_tried():
    assert chosen(found=NONE).why.startswith("no row is left to add; little room")


def test_a_move_that_was_made_is_not_made_again_even_if_it_is_called_for():
    rounds = [made("technique", False, CALLED.dials)]
    assert chosen(rounds, moves=[CALLED]).action == "data"


def test_dials_that_may_not_change_are_left_alone():
    assert choose([made("data", kept=False)], ROWS, 0, None).action == "data"
    assert choose([], NONE, 0, None).action is None


def test_nothing_to_do_says_why():
    assert "no candidates" in chosen(found=NONE, moves=()).why
    assert "4 proposed rows wait" in chosen(found=NONE, moves=(), waiting=4).why
