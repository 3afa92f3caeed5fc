"""Where a text mentions a name, a town or a number, and not something else written the same way."""

import re
from collections.abc import Iterator, Sequence

from tunesmith.behaviour.perturbations.free import Span, spliced
from tunesmith.text.whole import whole

NO_ROAD = r"(?! (?:Road|Street|Avenue|Lane)\b)"  # 5 Mary Road
NOT_NEW = r"(?<!\bNew )"  # New York
NO_DATE = r"(?!\s*(?:[年月日点时分]|(?:am|pm|o'clock)\b))(?<!月\d)(?<!月\d\d)"
LONGEST_OF_A_DATE = 4  # figures; 48213点 is no time
NO_CODE = (r"(?<![A-Za-z]-)(?<!\d[/-])", r"(?![A-Za-z]|[/-]\d)")  # B-17, 3/4
HAN_WORDS = {  # towns whose characters meet in other words: what may not stand before and after
    "上海": ("", "(?![路口])"),
    "中山": ("(?<!孙)", "(?![路装陵])"),
    "北京": ("(?<![湖河])", "(?!路)"),
    "南京": ("(?<![湖河海云])", "(?![路东])"),
    "南宁": ("(?<![湖河海云])", "(?!路)"),
    "南昌": ("(?<![湖河海云])", "(?!路)"),
    "大连": ("", "(?![路接续衣帽锁])"),
    "天津": ("", "(?![路津])"),
    "太原": ("", "(?![路始来因谅])"),
    "成都": ("(?<![完变当形组构达造生换写做改看翻])", "(?!路)"),
    "海口": ("(?<!上)", "(?![路味])"),
    "西宁": ("(?<![江广陕山])", "(?!路)"),
    "西安": ("(?<![江广陕山])", "(?![路全装排置心静])"),
    "长沙": ("", "(?![路发])"),
}
NAME_ENDS = {  # given names that begin a word: 高强度 and 于超市 name nobody
    "丽": "(?![丽参江])",
    "伟": "(?![伟大])",
    "刚": "(?![刚才好])",
    "勇": "(?![勇敢气于])",
    "娜": "(?!娜)",
    "强": "(?![强大度调烈行化势制劲硬盗迫])",
    "敏": "(?![敏感锐捷])",
    "杰": "(?![杰出作])",
    "洋": "(?![洋葱])",
    "涛": "(?!涛)",
    "磊": "(?!磊)",
    "芳": "(?![芳香])",
    "艳": "(?![艳丽])",
    "超": "(?![超市过级越速车出])",
    "静": "(?![静态脉止音电])",
}


def mention(name: str) -> str:
    """Return a pattern for a name, a town or a number where it stands for itself.

    A number is no part of a code, date or time (`12` is not in `12月`), a name not of a road, a
    Chinese town not of other words (`长沙` not in `长沙发`); see `whole` too.
    """
    if name.isdecimal():
        no_date = NO_DATE if len(name) <= LONGEST_OF_A_DATE else ""
        return NO_CODE[0] + whole(name) + NO_CODE[1] + no_date
    if name.isascii():
        return NOT_NEW + whole(name) + NO_ROAD
    before, after = HAN_WORDS.get(name, ("", NAME_ENDS.get(name[-1], "(?!路)")))
    return before + name + after


def mentions(text: str, name: str) -> bool:
    """Whether a text mentions what was swapped."""
    return next(_found(text, [name]), None) is not None


def swapped(text: str, swaps: Sequence[tuple[str, str]]) -> str:
    """Return a text with each first of a pair replaced by its second wherever it is mentioned."""
    found = _found(text, [old for old, _ in swaps])
    return spliced(text, [(span, swaps[which][1]) for span, which in found])


def _found(text: str, names: Sequence[str]) -> Iterator[tuple[Span, int]]:
    """Yield the place of each mention and the position of its name, the longest name first.

    Case counts, for a bath is no Bath, unless the whole text is in one case.
    """
    if not names:
        return
    order = sorted(range(len(names)), key=lambda k: (-len(names[k]), names[k]))
    pattern = "|".join(f"({mention(names[k])})" for k in order)
    one_case = text.islower() or text.isupper()
    for match in re.finditer(pattern, text, re.IGNORECASE if one_case else 0):
        assert match.lastindex is not None, "one of the groups is what was found"
        yield match.span(), order[match.lastindex - 1]
