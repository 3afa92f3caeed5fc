"""`tunesmith why`: the story of one row on the screen, with its partner beside it."""

from pathlib import Path

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tunesmith.cli.story import Story, safe, stories
from tunesmith.cli.tables import Tables
from tunesmith.rows import text_of

SHOWN_CHARS = 600


def explain(name: str, root: Path, console: Console) -> None:
    """Print the story of each row of that id or `file:line`; personal data is masked."""
    tables = Tables(root)
    for story in stories(name, tables):
        console.print(_panel(story, tables))


def _panel(story: Story, tables: Tables) -> Panel:
    """Return one story: the text, a line for each event, the partners, the end."""
    parts: list[Text | Table] = [_text("came in as", story.came)]
    if story.left is not None:
        parts.append(_text("became", story.left))
    events = Table("stage", "what", "why", "partner", expand=True)
    for event in story.events:
        events.add_row(*(Text(cell or "") for cell in event))
    parts.append(events)
    for partner in dict.fromkeys(event.partner for event in story.events if event.partner):
        for row in tables.find("collected", partner)[:1]:
            parts.append(_text(f"partner {partner}, {row['source']}", safe(text_of(row))))
    parts.append(Text(f"end: {story.end}", style="bold"))
    return Panel(Group(*parts), title=Text(f"{story.id}  {story.source}"))


def _text(title: str, text: str) -> Text:
    """Return a titled text, cut where it gets long."""
    shown = text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]} … ({len(text):,} in all)"
    return Text.assemble((f"{title}: ", "dim"), shown)
