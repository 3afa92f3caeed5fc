"""Negation in Chinese: one wish, request or plain statement turned round, or nothing.

Questions stay, for their answer mostly stays too; so do texts with several wishes or negations,
of which one would be turned against the others.
"""

import re
from collections.abc import Iterator

from tunesmith.behaviour.perturbations.free import Match
from tunesmith.text.negation import negates

ASKS = re.compile(r"[?？吗]|[呢么]\s*[。！!]*\s*$")
ASKS_FOR = re.compile(
    r"什么|怎|咋|哪|谁|如何|为何|几[个点时天种次]|多少|多久|是否|能否|还是|(.)[不没]\1"
)
QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|\"[^\"]*\"|《[^》]*》|「[^」]*」|（[^）]*）|\([^)]*\)")
CLAUSE = re.compile(r"[^，。！；：、,!;:\s]+")
COURTESY = re.compile(r"(?:[你您]好|谢谢|多谢|好的?|嗯|哦|行|辛苦|麻烦)[您你啊呀啦了吧]*")
VERBS = (
    "解释|总结|概括|列出|列举|生成|描述|给出|写(?!字楼|作)|编写|撰写|翻译|计算|创建|确定|告诉|举例|举出|提供"
    "|分析(?![师称])|推荐|设计|讨论|比较|说明|识别|找出|判断|取消|退(?![休伍市役])|寄(?![语宿托生])|送(?!.{0,6}的)|发[送给]|改[写为成]|更[新改换]|换(?!下)"
    "|查[询找一]|预[定订]|安排|联系(?!电话|方式|人|地址)|打开|关闭|删除|保留"
)
FOR_ME = "[帮替]我|给我(?=[推找查发寄看说讲介来一个做换退打])"
ORDER = re.compile(
    rf"(?<![^，。！；：、,!;:\s])(?:请(?:[你您](?=[帮给替]))?|麻烦[你您]?)?(?={FOR_ME})"
    rf"|(?<![^，。！；,!;\n])(?:请|麻烦[你您]?)?(?={VERBS})"
    r"|(?<![^，。！；：、,!;:\s])请(?=[将把用在从对])"
)
WISH = re.compile(
    r"(?<=我)(?=想(?!问|咨询|请教|知道|必)|要(?![求点素领么是]))|(?<=我)(?=需要|打算|希望)"
)
OTHER_WISH = re.compile(
    r"请|[帮给替](?:我|推荐|介绍|[点些个])|求|感谢你|麻烦|告[诉知]我|最好|必须|务必|应[该当]|确保|希望|打算|想|(?<![主重只必摘扼想需])要(?![求点素领义么是])|需要"
)
STATED = re.compile(
    r"(?<![根依按据的有急所还才就只都也])(?=(?:喜欢|需要|可以)[\u4e00-\u9fff])(?!需要的)"
    r"|(?<![可总但还就于要凡或更而会正只都无若如算便老真其别即倒硬的才也乃])(?=是(?:[\u4e00-\u9fffA-Za-z\d]))"
    r"(?!是[的否])"
)
UNLESS = re.compile(r"如果|假[设如]|若|只有|只要|除非|因为|由于|虽然|尽管|无论|当[^然]|越")
NOT = re.compile(
    r"不(?=要(?![紧]|求)|想|能|会|是|可以|喜欢|需要)"
    r"|没(?=有(?!什么|任何|一|再|太|这么|那么|被|把|给|让|在|到|得|去|来|看|听|说|收|出|进|做|吃|用|想"
    r"|办法|必要|人|谁|[\s，。！]|$))"
)
STRONG = re.compile(
    r"(?:一点|任何|丝毫|根本|从来?|再也?|并|绝|决|毫|几乎|除了|[要是].*|也|都).{0,6}[不没]"
)
A_TASK = re.compile(rf"^(?:请|{VERBS}|给定|对|将|把|用|使用|根据|从|在)")


def turned_round(text: str) -> Iterator[tuple[Match, str]]:
    """Yield each place where a "not" could come or go, with what comes there."""
    bare = QUOTED.sub(lambda match: "“" * len(match[0]), text)
    if ASKS.search(bare):
        return
    orders = list(ORDER.finditer(bare))
    wishes = [] if ASKS_FOR.search(bare) else list(WISH.finditer(bare))
    if negates(bare):
        once = len(re.findall("[不没别无非]", bare)) == 1
        if once and not (
            orders or ASKS_FOR.search(bare) or STRONG.search(bare) or UNLESS.search(bare)
        ):
            yield from ((match, "") for match in _only(NOT, bare))
    elif orders and _wants_one_thing(bare, orders[0]):
        yield orders[0], f"{orders[0][0]}不要"
    elif wishes and not orders and _wants_one_thing(bare, wishes[0]):
        yield wishes[0], "不"
    elif not (orders or wishes or ASKS_FOR.search(bare) or UNLESS.search(bare)):
        yield from ((match, "不") for match in _only(STATED, bare) if not A_TASK.match(bare))


def _wants_one_thing(text: str, wish: Match) -> bool:
    """Whether a text wishes nothing beside what is wished at one place."""
    rest = text[wish.end() :]
    own = re.match(r"[帮给替]我|想要?|要|需要|希望|打算", rest)
    rest = rest[own.end() :] if own else rest
    return not (OTHER_WISH.search(text[: wish.start()]) or OTHER_WISH.search(rest))


def _only(pattern: re.Pattern[str], text: str) -> list[Match]:
    """Return the one match in a text of one clause; nothing of several, or beside other clauses."""
    said = [one for one in CLAUSE.findall(text) if not COURTESY.fullmatch(one)]
    found = list(pattern.finditer(text))
    return found if len(found) == len(said) == 1 else []
