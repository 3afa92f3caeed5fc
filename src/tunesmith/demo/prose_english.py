"""English sentences of the shop's chronicle: what customers wanted, and what the shop then did."""

STORIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "order_status": (
        (
            "{name} was still waiting for the {product} and looked up order {order}.",
            "Nobody in {city} knew where the {product} of order {order} was.",
            "{name} wanted news about order {order}, the {product}.",
            "The clerk tracked order {order}, in which {name} had bought a {product}.",
            "An update on the status of the {product} was due; it was order {order}.",
            "The {product} hadn't arrived in {city} yet, so {name} gave the order number {order}.",
        ),
        (
            "Order {order} with the {product} has left the warehouse and is on its way to {city}.",
            "The {product} was sent out that evening as order {order}.",
            "The parcel of {name}, order {order}, has got as far as {city}.",
            "So the {product} of order {order} left our warehouse.",
        ),
    ),
    "refund": (
        (
            "The {product} in order {order} arrived broken, and {name} wanted a refund.",
            "{name} sent the {product} back and wanted the money for order {order} returned.",
            "{name} was not happy with the faulty {product}; order {order} had to be refunded.",
            "The damaged {product} didn't work, so {name} asked to be paid back for order {order}.",
            "A return came in from {city}: the {product} of order {order}, money back please.",
        ),
        (
            "We refund the {product} in order {order} within five days.",
            "Within five days the money for the {product} was back with {name}.",
            "Order {order} was refunded and {name} was paid for the {product}.",
            "The shop will refund order {order}, the {product}, to {name}.",
        ),
    ),
    "address_change": (
        (
            "{name} has moved, so order {order} should go to {house} {street} Road, {city}.",
            "The address on order {order} was wrong; "
            "the right one is {house} {street} Road, {city}.",
            "{name} no longer lives at the old address and lives at {house} {street} Road, {city}.",
            "A new address came in for order {order}: {house} {street} Road, {city}.",
            "The parcel {order} was to be shipped to {house} {street} Road, {city} instead.",
        ),
        (
            "Order {order} now goes to {house} {street} Road, {city}.",
            "The driver found {house} {street} Road, {city}, and left order {order} at the door.",
            "Since then {name} gets everything at {house} {street} Road in {city}.",
            "The address of order {order} was updated to {house} {street} Road, {city}.",
        ),
    ),
    "delivery_time": (
        (
            "{name} from {city} wanted to know how long the delivery of a {product} takes.",
            "People in {city} who buy a {product} today want it soon.",
            "How fast shipping to {city} is depends on the road, also for a {product}.",
            "{name} had the {product} sent to {city} and counted the days to wait.",
        ),
        (
            "Delivery of the {product} to {city} takes {days} days.",
            "Shipping to {city} takes {days} days.",
            "After {days} days the {product} reached {city}.",
            "{city} is {days} days away, so {name} got the {product} {days} days later.",
        ),
    ),
    "stock": (
        (
            "{name} was looking for a {wear} in size {size} in {city}.",
            "The shop in {city} still had a {wear}, size {size}, left on the shelf.",
            "In {city} {name} tried the {wear}; the size was {size}.",
            "Size {size} of the {wear} sells well at the {city} store.",
        ),
        (
            "Yes, the {wear} in size {size} was in stock in {city}.",
            "The {wear} in {size} is available in {city}.",
            "So {name} found the {wear} in size {size} at the store in {city}.",
            "The {city} store has the {wear} in size {size} in stock.",
        ),
    ),
    "warranty": (
        (
            "{name} bought a {product} in {month} {year} and kept the warranty card.",
            "The {product} from {month} {year} stopped working in {city}.",
            "{name} has had the {product} since {month} {year}.",
            "A {product} bought in {month} {year} is covered for a while.",
        ),
        (
            "The warranty of the {product} ends in {month} {until}.",
            "The {product} from {month} {year} is covered until {month} {until}.",
            "{month} {until} is the last month of warranty for the {product} of {month} {year}.",
            "The warranty of {name} runs until {month} {until}, as the {product} is of {year}.",
        ),
    ),
    "invoice": (
        (
            "{name} needed an invoice for order {order} for the taxes.",
            "The invoice of order {order} was missing, and the buyer was {name}.",
            "A bill had to be made out for order {order}, in the name of {name}.",
            "There was no invoice with order {order}, so {name} wrote from {city}.",
        ),
        (
            "The invoice for order {order} was sent to {name}.",
            "The invoice, made out to {name}, shows order {order}.",
            "{name} got the bill of order {order} in {city}.",
            "Then {name} had the invoice for order {order}.",
        ),
    ),
    "opening_hours": (
        (
            "{name} wanted to visit the {city} store on {day}.",
            "The shop in {city} has its own opening hours on {day}.",
            "On {day} {name} was in {city} and dropped by the shop.",
            "When the {city} store opens and closes on {day} is written on its door.",
        ),
        (
            "On {day} the {city} store is open from {opens} to {closes}.",
            "The {city} store opens at {opens} on {day} and closes at {closes}.",
            "The hours in {city} on {day} are {opens} to {closes}.",
            "Until {closes} the {city} shop was open that {day}, from {opens} on.",
        ),
    ),
    "cancel_order": (
        (
            "{name} wanted to cancel order {order}.",
            "Order {order} was a mistake and {name} no longer wanted it.",
            "{name} changed her mind and called off order {order} before it was sent.",
            "{name} didn't need order {order} any more and had it stopped.",
        ),
        (
            "Order {order} is cancelled, and {name} was told so.",
            "Order {order} of {name} was cancelled that day.",
            "The shop cancelled order {order} for {name}.",
            "So order {order} was not sent to {name}.",
        ),
    ),
    "discount_code": (
        (
            "{name} had the discount code {code} and bought the {product} cheaper.",
            "The newsletter gave {name} the voucher {code} for a {product}.",
            "The {product} was a bit dear, so {name} used the code {code}.",
            "The code {code} works for every {product}.",
        ),
        (
            "Code {code} takes {percent} percent off the {product}.",
            "With the code {code} the {product} is {percent} percent cheaper.",
            "{name} saved {percent} percent on the {product} with the code {code}.",
            "The voucher {code} is worth {percent} percent off.",
        ),
    ),
}

NOTES: tuple[str, ...] = (
    "{name} lives in {city}, at {house} {street} Road.",
    "Order {order} was placed by {name} on {day}.",
    "The {product} of {name} was packed in {city}.",
    "{name} liked the {wear} and the {product}.",
    "In the book stood {order}, {product}, {name}, {city}.",
    "It was a {day} in {month} {year}, and {name} thought of the {product}.",
    "The clerk wrote down: {name}, {city}, order {order}.",
    "The box for {city} held a {product} and a {wear} in size {size}.",
    "The number {order} stood on the box with the {product}.",
    "On the note was {code}, and below it {order}.",
)

LIST_OPENINGS: tuple[str, ...] = (
    "The list of the day:",
    "In the ledger stood:",
    "The boxes were marked:",
)
LIST_AGAIN: tuple[str, ...] = (
    "The clerk read them again:",
    "The same in another order:",
    "The driver ticked off:",
)
