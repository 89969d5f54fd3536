"""The expressions with named arguments: which names there are, and what is said about others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backroad.documents.failures import Code, CommandFailure, unparsable
from backroad.documents.values import type_name


@dataclass(frozen=True)
class Names:
    """The names that an expression needs and knows, and MongoDB's words and numbers of errors for each."""

    needed: Mapping[str, Code]
    possible: frozenset[str]
    no_object: tuple[Code, str]
    unknown: Code
    lacking: str

    def check(self, name: str, given: Any) -> None:
        """Refuse what is no document of these names."""
        if not isinstance(given, dict):
            code, message = self.no_object
            raise CommandFailure(code, f"{name} {message}{type_name(given)}")
        if unknown := [word for word in given if word not in self.needed and word not in self.possible]:
            raise CommandFailure(self.unknown, f"{name} found an unknown argument: {unknown[0]}")
        for word, code in self.needed.items():
            if word not in given:
                raise CommandFailure(code, f"{name} {self.lacking.format(word)}")


_TRIM = Names(
    {"input": Code.Location50695},
    frozenset({"chars"}),
    (Code.Location50696, "only supports an object as an argument, found "),
    Code.Location50694,
    "requires an '{}' field",
)
_REPLACE = Names(
    {"input": Code.Location51749, "find": Code.Location51748, "replacement": Code.Location51747},
    frozenset(),
    (Code.Location51751, "requires an object as an argument, found: "),
    Code.Location51750,
    "requires '{}' to be specified",
)
OWN_NAMES: Mapping[str, Names] = {
    "$trim": _TRIM,
    "$ltrim": _TRIM,
    "$rtrim": _TRIM,
    "$replaceOne": _REPLACE,
    "$replaceAll": _REPLACE,
    "$regexMatch": Names(
        {"input": Code.Location31022, "regex": Code.Location31023},
        frozenset({"options"}),
        (Code.Location51103, "expects an object of named arguments but found: "),
        Code.Location31024,
        "requires '{}' parameter",
    ),
    "$reduce": Names(
        {"input": Code.Location40077, "initialValue": Code.Location40078, "in": Code.Location40079},
        frozenset(),
        (Code.Location40075, "requires an object as an argument, found: "),
        Code.Location40076,
        "requires '{}' to be specified",
    ),
}
OTHERS: Mapping[str, tuple[set[str], set[str]]] = {
    "$cond": ({"if", "then", "else"}, set()),
    "$switch": ({"branches"}, {"default"}),
    "$let": ({"vars", "in"}, set()),
    "$map": ({"input", "in"}, {"as"}),
    "$filter": ({"input", "cond"}, {"as"}),
}
NAMED = frozenset({*OWN_NAMES, *OTHERS})


def check_names(name: str, given: Any) -> None:
    """Refuse arguments that an expression does not have, and the lack of those that it needs."""
    if name in OWN_NAMES:
        OWN_NAMES[name].check(name, given)
        return
    needed, possible = OTHERS[name]
    if not isinstance(given, dict):
        raise unparsable(f"{name} only supports an object as its argument")
    if unknown := set(given) - needed - possible:
        raise unparsable(f"Unrecognized parameter to {name}: {min(unknown)}")
    if lacking := needed - set(given):
        raise unparsable(f"Missing '{min(lacking)}' parameter to {name}")
