"""Expressions that make texts, take them apart, and convert."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId, Regex
from pymongo.database import Database
from pymongo.errors import OperationFailure

Db = Database[dict[str, Any]]
ValueOf = Callable[[dict[str, Any], Any], dict[str, Any]]
OID = ObjectId("0123456789abcdef01234567")
DOCUMENT: dict[str, Any] = {
    "_id": 1, "n": 7, "s": "Añb", "z": None, "a": [1], "l": Int64(2**40), "i": OID, "b": True,
    "t": datetime(2024, 2, 29, 13, 5, 6, 78000, UTC), "w": "  a b\t", "o": {},
}  # fmt: skip

VALUES: dict[str, tuple[Any, Any]] = {
    "toString of an id": ({"$toString": "$i"}, str(OID)),
    "toString of an int": ({"$toString": "$n"}, "7"),
    "toString of a long": ({"$toString": "$l"}, "1099511627776"),
    "toString of a double": ({"$toString": 2.5}, "2.5"),
    "toString of a whole double": ({"$toString": -3.0}, "-3"),
    "toString of NaN": ({"$toString": float("nan")}, "NaN"),
    "toString of infinity": ({"$toString": float("-inf")}, "-Infinity"),
    "toString of a decimal": ({"$toString": Decimal128("1.50")}, "1.50"),
    "toString of true": ({"$toString": "$b"}, "true"),
    "toString of a date": ({"$toString": "$t"}, "2024-02-29T13:05:06.078Z"),
    "toString of a text": ({"$toString": "$s"}, "Añb"),
    "toString of null": ({"$toString": "$z"}, None),
    "toString of nothing": ({"$toString": "$zz"}, None),
    "toString in a list": ({"$toString": ["$n"]}, "7"),
    "toInt of a text": ({"$toInt": "-12"}, -12),
    "toInt of a double": ({"$toInt": -2.9}, -2),
    "toInt of a long": ({"$toInt": Int64(5)}, 5),
    "toInt of true": ({"$toInt": "$b"}, 1),
    "toInt of nothing": ({"$toInt": "$zz"}, None),
    "toLong": ({"$toLong": "5"}, Int64(5)),
    "toLong of a date": ({"$toLong": "$t"}, Int64(1709211906078)),
    "toDouble": ({"$toDouble": "2.5e3"}, 2500.0),
    "toDouble of an int": ({"$toDouble": "$n"}, 7.0),
    "toObjectId": ({"$toObjectId": str(OID)}, OID),
    "toBool of a text": ({"$toBool": ""}, True),
    "toBool of zero": ({"$toBool": 0}, False),
    "toBool of nothing": ({"$toBool": "$zz"}, None),
    "strLenCP": ({"$strLenCP": "$s"}, 3),
    "indexOfCP": ({"$indexOfCP": ["$s", "b"]}, 2),
    "indexOfCP of nothing": ({"$indexOfCP": ["$zz", "b"]}, None),
    "indexOfCP not found": ({"$indexOfCP": ["$s", "x"]}, -1),
    "indexOfCP from": ({"$indexOfCP": ["abab", "a", 1]}, 2),
    "indexOfCP from to": ({"$indexOfCP": ["abab", "a", 1, 2]}, -1),
    "indexOfCP from behind the end": ({"$indexOfCP": ["ab", "", 5]}, -1),
    "indexOfCP of nothing in nothing": ({"$indexOfCP": ["", ""]}, 0),
    "substrCP": ({"$substrCP": ["$s", 1, 9]}, "ñb"),
    "substrCP of a number": ({"$substrCP": [1234, 1, 2]}, "23"),
    "substrCP of null": ({"$substrCP": ["$z", 0, 2]}, ""),
    "substrCP from behind the end": ({"$substrCP": ["$s", 5, 2]}, ""),
    "trim": ({"$trim": {"input": "$w"}}, "a b"),
    "trim a wide space": ({"$trim": {"input": "\u2003a\u00a0"}}, "a"),
    "trim keeps other spaces": ({"$trim": {"input": "\u3000a\u0085"}}, "\u3000a\u0085"),
    "trim chars": ({"$trim": {"input": "xyaxy", "chars": "yx"}}, "a"),
    "trim no chars": ({"$trim": {"input": " a", "chars": ""}}, " a"),
    "trim null": ({"$trim": {"input": "$z"}}, None),
    "trim null chars": ({"$trim": {"input": "a", "chars": "$zz"}}, None),
    "ltrim": ({"$ltrim": {"input": "$w"}}, "a b\t"),
    "rtrim": ({"$rtrim": {"input": "$w"}}, "  a b"),
    "replaceOne": ({"$replaceOne": {"input": "aba", "find": "a", "replacement": "x"}}, "xba"),
    "replaceAll": ({"$replaceAll": {"input": "aba", "find": "a", "replacement": ""}}, "b"),
    "replaceAll of nothing": ({"$replaceAll": {"input": "ab", "find": "", "replacement": "-"}}, "-a-b-"),
    "replaceAll null": ({"$replaceAll": {"input": "a", "find": "$zz", "replacement": ""}}, None),
    "regexMatch": ({"$regexMatch": {"input": "$s", "regex": "^a", "options": "i"}}, True),
    "regexMatch a regex": ({"$regexMatch": {"input": "$s", "regex": Regex("^a", "i")}}, True),
    "regexMatch by case": ({"$regexMatch": {"input": "$s", "regex": "^a"}}, False),
    "regexMatch of nothing": ({"$regexMatch": {"input": "$zz", "regex": "^a"}}, False),
    "regexMatch with null": ({"$regexMatch": {"input": "$s", "regex": None, "options": None}}, False),
}


@pytest.mark.parametrize(("source", "expected"), VALUES.values(), ids=VALUES)
def test_a_text_expression_is(value_of: ValueOf, source: Any, expected: Any) -> None:
    """The value, and its type, are MongoDB's."""
    result = value_of(DOCUMENT, source)
    assert result == {"v": expected}
    assert type(result["v"]) is type(expected)


REFUSED: dict[str, tuple[Any, int]] = {
    "toString of an array": ({"$toString": "$a"}, 241),
    "toString of two": ({"$toString": [1, 2]}, 50723),
    "toString of a long double": ({"$toString": 1234567.5}, 2),
    "toInt of a fraction": ({"$toInt": "2.5"}, 241),
    "toInt of a space": ({"$toInt": " 1"}, 241),
    "toInt of hex": ({"$toInt": "0x6"}, 241),
    "toInt of no digit": ({"$toInt": ""}, 241),
    "toInt of too much": ({"$toInt": "$l"}, 241),
    "toInt of NaN": ({"$toInt": float("nan")}, 241),
    "toInt of a date": ({"$toInt": "$t"}, 241),
    "toLong of too much": ({"$toLong": "9223372036854775808"}, 241),
    "toDouble of a word": ({"$toDouble": "1_0"}, 241),
    "toDouble of too much": ({"$toDouble": "1e400"}, 241),
    "toDouble of too little": ({"$toDouble": "1e-400"}, 2),
    "toObjectId of a word": ({"$toObjectId": "$s"}, 241),
    "toObjectId of a number": ({"$toObjectId": "$n"}, 241),
    "strLenCP of nothing": ({"$strLenCP": "$zz"}, 34471),
    "indexOfCP of a number": ({"$indexOfCP": ["$n", "b"]}, 40093),
    "indexOfCP for nothing": ({"$indexOfCP": ["$s", "$zz"]}, 40094),
    "indexOfCP from a fraction": ({"$indexOfCP": ["$s", "b", 0.5]}, 40096),
    "indexOfCP from below": ({"$indexOfCP": ["$s", "b", -1]}, 40097),
    "indexOfCP of one": ({"$indexOfCP": ["$s"]}, 28667),
    "substrCP of an id": ({"$substrCP": ["$i", 0, 1]}, 16007),
    "substrCP from a text": ({"$substrCP": ["$s", "0", 1]}, 34450),
    "substrCP from a fraction": ({"$substrCP": ["$s", 0.5, 1]}, 34451),
    "substrCP of a text": ({"$substrCP": ["$s", 0, "1"]}, 34452),
    "substrCP of a fraction": ({"$substrCP": ["$s", 0, 1.5]}, 34453),
    "substrCP of less": ({"$substrCP": ["$s", 0, -1]}, 34454),
    "substrCP from below": ({"$substrCP": ["$s", -1, 1]}, 34455),
    "substrCP of two": ({"$substrCP": ["$s", 1]}, 16020),
    "trim a text": ({"$trim": "$s"}, 50696),
    "trim without input": ({"$trim": {"chars": "a"}}, 50695),
    "trim with more": ({"$trim": {"input": "a", "foo": 1}}, 50694),
    "trim a number": ({"$trim": {"input": "$n"}}, 50699),
    "trim by a number": ({"$trim": {"input": "a", "chars": "$n"}}, 50700),
    "replaceAll of a text": ({"$replaceAll": "$s"}, 51751),
    "replaceAll with more": ({"$replaceAll": {"foo": 1}}, 51750),
    "replaceAll without input": ({"$replaceAll": {}}, 51749),
    "replaceAll without find": ({"$replaceAll": {"input": "a"}}, 51748),
    "replaceAll without replacement": ({"$replaceAll": {"input": "a", "find": "a"}}, 51747),
    "replaceAll in a number": ({"$replaceAll": {"input": 1, "find": "a", "replacement": ""}}, 51746),
    "replaceOne of a number": ({"$replaceOne": {"input": None, "find": 1, "replacement": ""}}, 51745),
    "replaceOne by a number": ({"$replaceOne": {"input": "a", "find": "a", "replacement": 1}}, 51744),
    "regexMatch of a text": ({"$regexMatch": "$s"}, 51103),
    "regexMatch with more": ({"$regexMatch": {"input": "", "regex": "", "foo": 1}}, 31024),
    "regexMatch without input": ({"$regexMatch": {"regex": ""}}, 31022),
    "regexMatch without regex": ({"$regexMatch": {"input": ""}}, 31023),
    "regexMatch of a number": ({"$regexMatch": {"input": "$n", "regex": ""}}, 51104),
    "regexMatch by a number": ({"$regexMatch": {"input": "", "regex": "$n"}}, 51105),
    "regexMatch with a number": ({"$regexMatch": {"input": "", "regex": "", "options": 1}}, 51106),
    "regexMatch with options twice": (
        {"$regexMatch": {"input": "", "regex": Regex("", "i"), "options": ""}},
        51107,
    ),
    "regexMatch with an unknown option": ({"$regexMatch": {"input": "", "regex": "", "options": "z"}}, 51108),
    "regexMatch with a broken regex": ({"$regexMatch": {"input": "", "regex": "("}}, 51111),
}


@pytest.mark.parametrize(("source", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_text_is_refused(db: Db, source: Any, code: int) -> None:
    """Wrong types, names and counts are errors with MongoDB's numbers."""
    db.c.insert_one(dict(DOCUMENT))
    with pytest.raises(OperationFailure) as failure:
        list(db.c.aggregate([{"$project": {"v": source}}]))
    assert failure.value.code == code
