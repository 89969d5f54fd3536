"""The mistakes that people make, by their names in ids; one more is one more function, and its name here."""

from __future__ import annotations

from backroad.audit import expressions, statements

OPERATORS = {
    function.__name__.capitalize(): function
    for function in (
        expressions.comparison,
        expressions.condition,
        expressions.boolean,
        expressions.negation,
        expressions.arithmetic,
        expressions.number,
        expressions.word,
        expressions.twin,
        expressions.swap,
        expressions.element,
        expressions.bounds,
        statements.decorator,
        statements.returned,
        statements.leap,
        statements.statement,
        statements.variable,
        statements.loop,
        statements.exception,
    )
}
