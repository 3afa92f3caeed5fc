"""Saved queries: `lang == "zh" and prompt_chars > 200`, parsed and walked here, never executed."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tunesmith.errors import UserError
from tunesmith.fields import field_of
from tunesmith.rows import Row, meta_of, prompt_text, reference_of

Facts: TypeAlias = Mapping[str, Any]  # what a query can read of one row
Reader: TypeAlias = Callable[[Facts], Any]

COLUMNS = ("lang", "label", "source", "task")
FIELDS = (*COLUMNS, "prompt", "reference", "prompt_chars", "reference_chars")
KNOWN = f"known: {', '.join(FIELDS)}, meta.X, contains(prompt, 'x')"
MOST_CHARS = 1000
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def facts_of(row: Row) -> dict[str, Any]:
    """Return what queries can read of a row."""
    prompt, reference = prompt_text(row), reference_of(row)
    return {
        **{name: field_of(row, name) for name in COLUMNS},
        "prompt": prompt,
        "reference": reference,
        "prompt_chars": len(prompt),
        "reference_chars": len(reference),
        "meta": meta_of(row),
    }


def meta_keys(text: str) -> set[str]:
    """Return the columns of the source that a query reads."""
    nodes = ast.walk(ast.parse(text.strip(), mode="eval"))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def checked_query(text: str) -> str:
    """Return a query that can be read.

    Raises:
        ValueError: it cannot; the message names the part and what is known.
    """
    compile_query(text)
    return text


def compile_query(text: str) -> Reader:
    """Return a function from the facts of a row to whether the query holds.

    The language: comparisons (`==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`) of fields and
    plain values, `contains(field, "text")`, `and`, `or`, `not`. A field that a row lacks is None:
    it equals None only and is in no order with anything.

    Raises:
        ValueError: the text is no query of this language.
    """
    if len(text) > MOST_CHARS:
        raise ValueError(f"{len(text)} characters; at most {MOST_CHARS}")
    try:
        reader = _truth(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError as error:
        raise ValueError(f'"{text}" is no query: {error.msg}; {KNOWN}') from None
    except (RecursionError, MemoryError):
        raise ValueError("nested too deep; write it flatter") from None
    return reader


def _truth(node: ast.expr) -> Reader:
    """Read a part that is true or false."""
    if isinstance(node, ast.BoolOp):
        parts = [_truth(value) for value in node.values]
        test = all if isinstance(node.op, ast.And) else any
        return lambda facts: test(part(facts) for part in parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _truth(node.operand)
        return lambda facts: not inner(facts)
    if isinstance(node, ast.Compare):
        return _comparison(node)
    if isinstance(node, ast.Call):
        return _contains(node)
    raise _refused(node, "is neither true nor false")


def _comparison(node: ast.Compare) -> Reader:
    """Read `a < b`, and `a < b < c` as Python does."""
    values = [_value(part) for part in (node.left, *node.comparators)]
    for op, right in zip(node.ops, node.comparators, strict=True):
        if type(op) not in COMPARE:
            raise _refused(node, "compares in a way that is not known")
        if isinstance(op, ast.In | ast.NotIn) and not isinstance(right, ast.List | ast.Tuple):
            raise _refused(node, 'asks "in" of something that is no list; take contains(…)')
    shown = ast.unparse(node)

    def holds(facts: Facts) -> bool:
        found = [value(facts) for value in values]
        return all(
            _compared(op, left, right, shown)
            for op, left, right in zip(node.ops, found, found[1:], strict=False)
        )

    return holds


def _compared(op: ast.cmpop, left: Any, right: Any, shown: str) -> bool:
    """Compare two values; None is in no order."""
    if isinstance(op, ORDERS) and (left is None or right is None):
        return False
    try:
        return bool(COMPARE[type(op)](left, right))
    except TypeError:
        raise UserError(f'"{shown}": {left!r} and {right!r} have no order') from None


def _contains(node: ast.Call) -> Reader:
    """Read `contains(field, "text")`; case counts not."""
    named = isinstance(node.func, ast.Name) and node.func.id == "contains"
    if not named or node.keywords or len(node.args) != 2:
        raise _refused(node, "is no known call")
    what = _constant(node.args[1])
    if not isinstance(what, str):
        raise _refused(node, "looks for what is no text in quotes")
    where, wanted = _value(node.args[0]), what.lower()

    def holds(facts: Facts) -> bool:
        text = where(facts)
        return text is not None and wanted in str(text).lower()

    return holds


def _value(node: ast.expr) -> Reader:
    """Read a field, a plain value or a list of plain values."""
    if isinstance(node, ast.Name) and node.id in FIELDS:
        name = node.id
        return lambda facts: facts[name]
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "meta"
    ):
        key = node.attr
        return lambda facts: facts["meta"].get(key)
    constant = _constant(node)
    return lambda _: constant


def _constant(node: ast.expr) -> Any:
    """Return a plain value: text, number, True, False, None, or a list of them."""
    if isinstance(node, ast.List | ast.Tuple):
        return [_constant(part) for part in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        if isinstance(value, int | float):
            return -value
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | None):
        return node.value
    raise _refused(node, "is no known field or value")


def _refused(node: ast.AST, why: str) -> ValueError:
    """Return the error that names a part."""
    return ValueError(f"`{ast.unparse(node)}` {why}; {KNOWN}")
