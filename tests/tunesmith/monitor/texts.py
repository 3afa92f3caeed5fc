"""Questions in two languages, drawn from a few patterns, for looks at what comes in."""

import random

WHO = ["Simon", "Mara", "Anna", "Tim", "Ines", "Omar", "Lena", "Paul", "Rosa", "Ivan"]
WHAT = ["tent", "lamp", "kettle", "jacket", "chair", "bottle"]
EN = (
    "Where is my {what}, I ordered it {days} days ago",
    "Please cancel the {what} for {who}",
    "{who} would like to change the address for order {number}",
    "The {what} is broken, what now?",
    "How long does it take until the {what} arrives in {days} weeks or so, asks {who}",
)
ZH_WHAT = ("帐篷", "台灯", "水壶", "夹克", "椅子", "瓶子")
ZH = (
    "我{days}天前订的{what}在哪里",
    "请帮我取消{what}的订单{number}",
    "我想更改订单{number}的收货地址",
    "{what}坏了，怎么办？",
    "{what}还要{days}天才能送到吗，能不能快一点",
)
EN_ELSE = (
    "Explain photosynthesis to {who} as if teaching a class of {days} pupils",
    "Write a poem about winter and the {days} wolves of the northern forest",
)
ZH_ELSE = ("写一首关于冬天和{days}只狼的诗", "给孩子们讲解植物如何进行光合作用，分{days}步")


def questions(patterns: tuple[str, ...], count: int, seed: int) -> list[str]:
    """Return so many questions, most of them different."""
    rng = random.Random(f"{patterns[0]}{seed}")
    zh = patterns in (ZH, ZH_ELSE)
    return [
        rng.choice(patterns).format(
            what=rng.choice(ZH_WHAT if zh else WHAT),
            who=rng.choice(WHO),
            days=rng.randint(2, 99),
            number=rng.randint(1000, 9999),
        )
        for _ in range(count)
    ]


def both(count: int, seed: int) -> list[str]:
    """Return as many English as Chinese questions."""
    return [*questions(EN, count, seed), *questions(ZH, count, seed)]
