"""Chinese sentences of the shop's chronicle: what customers wanted, and what the shop then did."""

STORIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "order_status": (
        (
            "{name}一直在等{product}，于是去查订单{order}。",
            "{city}的顾客问起订单{order}，里面是{product}。",
            "{name}想知道{product}走到哪一步了，单号是{order}。",
            "店员查了订单{order}的物流，{name}买的是{product}。",
            "等了好几天，{name}还没收到{product}，订单号{order}。",
            "那单{product}的快递还没到{city}，号码是{order}。",
        ),
        (
            "{product}已经发货，订单号{order}。",
            "订单{order}里的{product}当天就寄出来了，正发往{city}。",
            "后来{name}的{product}到了，订单号是{order}。",
            "订单{order}的状态是已经发货。",
        ),
    ),
    "refund": (
        (
            "{name}收到的{product}是坏的，要求退款，订单{order}。",
            "{name}对{product}不满意，想把订单{order}的钱退回来。",
            "订单{order}里的{product}碎了，{name}寄回去退货。",
            "{product}质量有问题，用不了，{name}要拿回订单{order}的钱。",
            "从{city}退回一件{product}，单号{order}，不合适。",
        ),
        (
            "订单{order}的{product}在五天内退款。",
            "五天内{name}就收到了{product}的钱。",
            "店里给{name}退了款，是订单{order}的{product}。",
            "订单{order}会退款，{name}不用再等{product}。",
        ),
    ),
    "address_change": (
        (
            "{name}搬家了，订单{order}要寄到{city}市{street}{house}号。",
            "订单{order}的地址写错了，应该是{city}市{street}{house}号。",
            "{name}不住原来那里了，现在住{city}市{street}{house}号。",
            "订单{order}换了收货地址，新地址是{city}市{street}{house}号。",
            "包裹{order}转寄到{city}市{street}{house}号。",
        ),
        (
            "订单{order}的地址已改为{city}市{street}{house}号。",
            "快递员把订单{order}送到了{city}市{street}{house}号。",
            "从此{name}的东西都送去{city}市{street}{house}号。",
            "{city}市{street}{house}号就是订单{order}的新地址。",
        ),
    ),
    "delivery_time": (
        (
            "{name}在{city}，想知道{product}多久能到。",
            "{city}的人今天下单{product}，都希望快点收到。",
            "{name}给{city}的朋友寄了{product}，算着路上的天数。",
            "{product}发往{city}要多长时间，要看路程。",
        ),
        (
            "{product}寄到{city}需要{days}天。",
            "到{city}的快递需要{days}天。",
            "过了{days}天，{product}送到了{city}。",
            "{city}离得不近，{name}的{product}走了{days}天。",
        ),
    ),
    "stock": (
        (
            "{name}在{city}想买{size}码的{wear}。",
            "{city}的店里还剩一件{wear}，{size}码。",
            "{name}穿{size}码，在{city}试穿了{wear}。",
            "{wear}的{size}码在{city}店卖得很好。",
        ),
        (
            "{city}店有{size}码的{wear}现货。",
            "{size}码的{wear}在{city}有货。",
            "于是{name}在{city}店里拿到了{size}码的{wear}。",
            "{wear}有{size}码，{city}店就有现货。",
        ),
    ),
    "warranty": (
        (
            "{name}在{year}年{month}买了{product}，留着保修卡。",
            "{year}年{month}买的{product}坏了，{name}拿来维修。",
            "{name}的{product}从{year}年{month}用到现在。",
            "{product}的购买时间是{year}年{month}，有质保。",
        ),
        (
            "这款{product}保修到{until}年{month}。",
            "{year}年{month}的{product}保修到{until}年{month}。",
            "{name}的{product}保修期到{until}年{month}结束。",
            "{until}年{month}之前，这款{product}可以免费维修。",
        ),
    ),
    "invoice": (
        (
            "{name}公司要报销，需要订单{order}的发票。",
            "订单{order}没有发票，买家是{name}。",
            "{name}买完东西忘了要票，单号{order}。",
            "订单{order}要开发票，抬头写{name}。",
        ),
        (
            "{name}的订单{order}，发票已经开好。",
            "订单{order}的发票发给了{name}。",
            "抬头是{name}，发票是订单{order}的。",
            "后来{name}收到订单{order}的发票。",
        ),
    ),
    "opening_hours": (
        (
            "{name}打算{day}去{city}店逛逛。",
            "{city}那家店{day}的营业时间写在门上。",
            "{day}{name}到了{city}，去实体店看看。",
            "{city}门店{day}几点开门，几点关门，都有规定。",
        ),
        (
            "{city}店{day}的营业时间是{opens}点到{closes}点。",
            "{day}{city}店{opens}点开门，{closes}点关门。",
            "{city}的店{day}从{opens}点开到{closes}点。",
            "{day}在{city}，营业时间是{opens}点到{closes}点。",
        ),
    ),
    "cancel_order": (
        (
            "{name}想取消订单{order}。",
            "订单{order}拍错了，{name}不想要了。",
            "{name}改主意了，订单{order}先不发。",
            "订单{order}买重复了，{name}要撤掉。",
        ),
        (
            "{name}的订单{order}已经取消。",
            "店里取消了{name}的订单{order}。",
            "订单{order}取消了，{name}放心了。",
            "订单{order}没有发给{name}。",
        ),
    ),
    "discount_code": (
        (
            "{name}有一个优惠码{code}，想买{product}。",
            "朋友给了{name}折扣码{code}，拿来买{product}。",
            "{product}有点贵，{name}结账时输入{code}。",
            "{code}这个券对{product}有效。",
        ),
        (
            "用优惠码{code}买{product}可以减{percent}%。",
            "{product}用{code}便宜了{percent}%。",
            "{name}用{code}省了{percent}%。",
            "优惠码{code}能减{percent}%。",
        ),
    ),
}

NOTES: tuple[str, ...] = (
    "{name}住在{city}市{street}{house}号。",
    "订单{order}是{name}{day}下的。",
    "{name}的{product}在{city}打包。",
    "{name}喜欢{wear}，也喜欢{product}。",
    "本子上写着{order}，{product}，{name}，{city}。",
    "那是{year}年{month}的{day}，{name}想着{product}。",
    "店员记下：{name}，{city}，订单{order}。",
    "寄往{city}的箱子里有{product}和{size}码的{wear}。",
    "装{product}的箱子上写着{order}。",
    "纸条上写着{code}，下面是{order}。",
)

LIST_OPENINGS: tuple[str, ...] = ("当天的清单：", "账本上记着：", "箱子上写着：")
LIST_AGAIN: tuple[str, ...] = ("店员又念了一遍：", "换个顺序是：", "司机一一核对：")
