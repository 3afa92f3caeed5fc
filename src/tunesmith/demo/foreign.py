"""Support rows in languages that the demo does not serve."""

ROWS: dict[str, tuple[tuple[str, str], ...]] = {
    "fr": (
        (
            "Où est ma commande {order} ? Je l'attends depuis une semaine.",
            "La commande {order} est en route.",
        ),
        (
            "Je voudrais annuler la commande {order}, s'il vous plaît.",
            "La commande {order} est annulée.",
        ),
        (
            "Pouvez-vous m'envoyer la facture de la commande {order} ?",
            "La facture {order} a été envoyée.",
        ),
    ),
    "de": (
        (
            "Wo bleibt meine Bestellung {order}? Ich warte schon lange.",
            "Die Bestellung {order} ist unterwegs.",
        ),
        (
            "Ich möchte die Bestellung {order} bitte stornieren.",
            "Die Bestellung {order} ist storniert.",
        ),
    ),
    "ru": (
        ("Где мой заказ {order}? Я жду уже две недели.", "Заказ {order} уже в пути."),
        ("Пожалуйста, отмените заказ {order}, он мне больше не нужен.", "Заказ {order} отменён."),
    ),
    "ja": (
        ("注文{order}はいつ届きますか。ずっと待っています。", "注文{order}は発送済みです。"),
        (
            "注文{order}をキャンセルしたいのですが、できますか。",
            "注文{order}をキャンセルしました。",
        ),
    ),
    "ko": (
        ("주문 {order}은 언제 도착하나요? 오래 기다리고 있어요.", "주문 {order}은 배송 중입니다."),
        ("주문 {order}을 취소하고 싶습니다. 부탁드립니다.", "주문 {order}이 취소되었습니다."),
    ),
}
