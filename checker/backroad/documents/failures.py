"""What a command answers when it cannot be done: MongoDB's own numbers and names of errors."""

from __future__ import annotations

from enum import IntEnum
from typing import Any


class Code(IntEnum):
    """The errors this server answers with; a member's name is the `codeName` of the reply."""

    InternalError = 1
    BadValue = 2
    FailedToParse = 9
    TypeMismatch = 14
    Overflow = 15
    Unauthorized = 13
    InvalidLength = 16
    IllegalOperation = 20
    InvalidBSON = 22
    NamespaceNotFound = 26
    IndexNotFound = 27
    PathNotViable = 28
    ConflictingUpdateOperators = 40
    CursorNotFound = 43
    NamespaceExists = 48
    MaxTimeMSExpired = 50
    DollarPrefixedFieldName = 52
    InvalidIdField = 53
    NotSingleValueField = 54
    EmptyFieldName = 56
    CommandNotFound = 59
    ImmutableField = 66
    CannotCreateIndex = 67
    InvalidOptions = 72
    InvalidNamespace = 73
    IndexOptionsConflict = 85
    IndexKeySpecsConflict = 86
    ExceededMemoryLimit = 146
    InvalidPipelineOperator = 168
    CannotIndexParallelArrays = 171
    AmbiguousIndexKeyPattern = 181
    InvalidIndexSpecificationOption = 197
    ConversionFailure = 241
    UnsupportedOpQueryCommand = 352
    BSONObjectTooLarge = 10334
    DuplicateKey = 11000
    IDLFailedToParse = 40414
    Location13103 = 13103
    Location15947 = 15947
    Location15952 = 15952
    Location15955 = 15955
    Location15956 = 15956
    Location15958 = 15958
    Location15959 = 15959
    Location15969 = 15969
    Location15973 = 15973
    Location15974 = 15974
    Location15975 = 15975
    Location15976 = 15976
    Location15983 = 15983
    Location15998 = 15998
    Location16004 = 16004
    Location16006 = 16006
    Location16007 = 16007
    Location16020 = 16020
    Location16410 = 16410
    Location16702 = 16702
    Location17040 = 17040
    Location17041 = 17041
    Location17042 = 17042
    Location17043 = 17043
    Location17044 = 17044
    Location17045 = 17045
    Location17046 = 17046
    Location17124 = 17124
    Location17276 = 17276
    Location28651 = 28651
    Location28667 = 28667
    Location28689 = 28689
    Location28690 = 28690
    Location28724 = 28724
    Location28808 = 28808
    Location28810 = 28810
    Location28811 = 28811
    Location28818 = 28818
    Location31002 = 31002
    Location31022 = 31022
    Location31023 = 31023
    Location31024 = 31024
    Location31249 = 31249
    Location31250 = 31250
    Location31253 = 31253
    Location31254 = 31254
    Location31275 = 31275
    Location31325 = 31325
    Location31394 = 31394
    Location34435 = 34435
    Location34443 = 34443
    Location34444 = 34444
    Location34445 = 34445
    Location34446 = 34446
    Location34447 = 34447
    Location34448 = 34448
    Location34449 = 34449
    Location34450 = 34450
    Location34451 = 34451
    Location34452 = 34452
    Location34453 = 34453
    Location34454 = 34454
    Location34455 = 34455
    Location34471 = 34471
    Location40066 = 40066
    Location40068 = 40068
    Location40075 = 40075
    Location40076 = 40076
    Location40077 = 40077
    Location40078 = 40078
    Location40079 = 40079
    Location40080 = 40080
    Location40081 = 40081
    Location40090 = 40090
    Location40093 = 40093
    Location40094 = 40094
    Location40096 = 40096
    Location40097 = 40097
    Location40156 = 40156
    Location40158 = 40158
    Location40169 = 40169
    Location40228 = 40228
    Location40230 = 40230
    Location40234 = 40234
    Location40235 = 40235
    Location40236 = 40236
    Location40237 = 40237
    Location40238 = 40238
    Location40272 = 40272
    Location40323 = 40323
    Location40324 = 40324
    Location40352 = 40352
    Location40353 = 40353
    Location40386 = 40386
    Location40390 = 40390
    Location40391 = 40391
    Location40392 = 40392
    Location40393 = 40393
    Location40394 = 40394
    Location40395 = 40395
    Location40396 = 40396
    Location40397 = 40397
    Location40398 = 40398
    Location40400 = 40400
    Location40415 = 40415
    Location40600 = 40600
    Location50694 = 50694
    Location50695 = 50695
    Location50696 = 50696
    Location50699 = 50699
    Location50700 = 50700
    Location50723 = 50723
    Location51024 = 51024
    Location51081 = 51081
    Location51082 = 51082
    Location51083 = 51083
    Location51091 = 51091
    Location51103 = 51103
    Location51104 = 51104
    Location51105 = 51105
    Location51106 = 51106
    Location51107 = 51107
    Location51108 = 51108
    Location51109 = 51109
    Location51111 = 51111
    Location51270 = 51270
    Location51272 = 51272
    Location51744 = 51744
    Location51745 = 51745
    Location51746 = 51746
    Location51747 = 51747
    Location51748 = 51748
    Location51749 = 51749
    Location51750 = 51750
    Location51751 = 51751
    Location4940400 = 4940400
    Location4940401 = 4940401


class CommandFailure(Exception):
    """A command, or one write of it, that MongoDB would have refused."""

    def __init__(self, code: Code, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    def reply(self) -> dict[str, Any]:
        """Return the body of the answer for a command that failed as a whole."""
        said = {"ok": 0.0, "errmsg": self.message, "code": int(self.code), "codeName": self.code.name}
        return {**said, **self.details}

    def write_error(self, index: int) -> dict[str, Any]:
        """Return the entry of `writeErrors` for the write at this place of its command."""
        return {"index": index, "code": int(self.code), "errmsg": self.message, **self.details}


def bad_value(message: str) -> CommandFailure:
    """Return the failure for a value that makes no sense where it stands."""
    return CommandFailure(Code.BadValue, message)


def unparsable(message: str) -> CommandFailure:
    """Return the failure for words that are not the language of commands."""
    return CommandFailure(Code.FailedToParse, message)


def wrong_type(message: str) -> CommandFailure:
    """Return the failure for a value of another type than is needed."""
    return CommandFailure(Code.TypeMismatch, message)
