"""Commands that `scrapy` learns from Broadsheet."""

from collections.abc import Sequence
from pathlib import Path


def module_for(command_line: Sequence[str]) -> str:
    """The module that Scrapy is to look for commands in: the one of the command that was typed, where it is ours.

    Else all of them. Loading all takes longer than many a command.
    """
    name = next((word for word in command_line[1:] if not word.startswith("-")), "")
    ours = name.isidentifier() and not name.startswith("_") and Path(__file__).with_name(f"{name}.py").exists()
    return f"{__name__}.{name}" if ours else __name__


def begin_early(command_line: Sequence[str], archives: str) -> None:
    """Begin with what a command can do before Scrapy has loaded its own: `scrapy replay` alone can do anything."""
    if command_line[1:2] == ["replay"]:
        from crawler.replay import early

        early.begin(command_line[2:], archives)
