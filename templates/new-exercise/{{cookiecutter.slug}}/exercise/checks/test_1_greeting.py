"""Greet by name."""

import pytest

from backroad.checks import hint


@hint(
    "The result is made of a fixed part and the name",
    "An f-string puts a value into a text",
    'return f"Hello, {name}"',
)
def test_greets_by_name(subject):
    """A greeting names who is greeted

    A text that is put together wrongly goes out to every customer.
    """
    assert subject.greeting("Ada") == "Hello, Ada"


@hint(
    "People type spaces that they do not see",
    "A method of str takes white space off both ends",
    "name = name.strip()",
)
def test_trims_the_name(subject):
    """White space around the name is left out

    The same person would be stored under two names.
    """
    assert subject.greeting("  Ada\n") == "Hello, Ada"


@hint(
    "What is left of a name of blanks once it is trimmed",
    "An empty text is false, and raise stops the function",
    'if not name: raise ValueError("name is blank")',
)
def test_refuses_a_blank_name(subject):
    """A blank name raises ValueError

    Bad input that is let in is found much later, in the data.
    """
    with pytest.raises(ValueError):
        subject.greeting("   ")
