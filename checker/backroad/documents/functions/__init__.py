"""The functions of aggregation expressions, a file for each sort of value."""

from backroad.documents.functions.arrays import ARRAY_FUNCTIONS, ARRAY_NAMED
from backroad.documents.functions.conversions import CONVERSIONS
from backroad.documents.functions.dates import DATE_FUNCTIONS, DATE_NAMED
from backroad.documents.functions.math import MATH
from backroad.documents.functions.objects import OBJECT_FUNCTIONS, OBJECT_NAMED
from backroad.documents.functions.signatures import Function, Named
from backroad.documents.functions.texts import TEXT_FUNCTIONS, TEXT_NAMED

FUNCTIONS: dict[str, Function] = {
    **MATH,
    **TEXT_FUNCTIONS,
    **ARRAY_FUNCTIONS,
    **OBJECT_FUNCTIONS,
    **DATE_FUNCTIONS,
    **CONVERSIONS,
}
NAMED: dict[str, Named] = {**TEXT_NAMED, **ARRAY_NAMED, **OBJECT_NAMED, **DATE_NAMED}

__all__ = ["FUNCTIONS", "NAMED"]
