"""On which line a key stands."""

from __future__ import annotations

import pytest

from crawler.sources.positions import KeyPath, key_lines, line_of

TEXT = r'''# a comment with key = [
top = 1
"quoted key" = 'x # no comment'
dotted.inner . name = 2
text = """
trap = 1 ""
[trap]
"""
literal = \'\'\'
trap = 1\'\'\'

[table] # comment
list = [ # [
  "a, b", [1,
  2],
  { x = 1, y = [2] },

  """c
  """, "\"d",
]
after = { one = 1 }

[table.inner]
key = 07:32:00
[[many]]
a = 1
[[many]]
b = 1.5
'''.replace("\\'\\'\\'", "'''")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("dotted", "inner", "name"), 4),
        (("text",), 5),
        (("literal",), 9),
        (("table",), 12),
        (("table", "list"), 13),
        (("table", "list", 0), 14),
        (("table", "list", 1), 14),
        (("table", "list", 2), 16),
        (("table", "list", 3), 18),
        (("table", "list", 4), 19),
        (("table", "after"), 21),
        (("table", "inner"), 23),
        (("table", "inner", "key"), 24),
        (("many",), 25),
        (("many", 0, "a"), 26),
        (("many", 1), 27),
        (("many", 1, "b"), 28),
    ],
)
def test_keys_headers_and_items_are_found(path: KeyPath, line: int) -> None:
    assert key_lines(TEXT)[path] == line


def test_keys_inside_texts_are_not_taken_for_keys() -> None:
    assert not any("trap" in path for path in key_lines(TEXT))


def test_what_is_missing_is_placed_at_the_table_around_it() -> None:
    lines = key_lines(TEXT)
    assert line_of(lines, ("table", "missing")) == 12
    assert line_of(lines, ("many", 1, "missing")) == 27
    assert line_of(lines, ("missing",)) is None
