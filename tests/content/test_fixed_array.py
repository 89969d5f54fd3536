"""`given/storage.py` of data-structures: the blocks that learners build on, without having tested them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

STARTER = Path(__file__).parents[2] / "exercises" / "1-fundamentals" / "data-structures" / "starter"


@pytest.fixture(scope="module")
def storage() -> Any:
    """Load the module from its file, under a name of its own."""
    spec = importlib.util.spec_from_file_location("given_storage", STARTER / "given" / "storage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_fresh_block_holds_none(storage: Any) -> None:
    """A block has the length that was asked for, and None in every slot."""
    block = storage.FixedArray(3)
    assert [len(block), *(block[slot] for slot in range(3))] == [3, None, None, None]
    assert len(storage.FixedArray(0)) == 0


def test_a_slot_keeps_its_value(storage: Any) -> None:
    """What was written to a slot is read from it, and from no other."""
    block = storage.FixedArray(2)
    block[1] = "here"
    assert (block[0], block[1]) == (None, "here")


@pytest.mark.parametrize(
    ("index", "error"),
    [
        pytest.param(2, IndexError, id="behind the last slot"),
        pytest.param(-1, IndexError, id="negative"),
        pytest.param(slice(0, 1), IndexError, id="a slice"),
        pytest.param(0.0, TypeError, id="a float"),
        pytest.param("0", TypeError, id="a text"),
        pytest.param(None, TypeError, id="nothing"),
    ],
)
def test_other_indexes_are_refused(storage: Any, index: Any, error: type[Exception]) -> None:
    """Reading and writing know the slots by their numbers from 0 on, and nothing else."""
    block = storage.FixedArray(2)
    with pytest.raises(error):
        block[index]
    with pytest.raises(error):
        block[index] = 1
    assert (block[0], block[1]) == (None, None)


def test_a_block_is_no_list(storage: Any) -> None:
    """It cannot be looped over, and it has nothing that changes its length."""
    block = storage.FixedArray(2)
    with pytest.raises(TypeError):
        iter(block)
    assert not {"append", "insert", "pop", "extend", "remove"} & set(dir(block))


def test_a_meter_counts_all_its_blocks(storage: Any) -> None:
    """Blocks, slots, reads and writes are counted; what was refused is not."""
    meter = storage.Meter()
    first, second = meter(4), meter(8)
    first[0] = first[1] = second[7] = 1
    second[7] = first[0]
    with pytest.raises(IndexError):
        first[4]
    assert (meter.blocks, meter.slots, meter.reads, meter.writes) == (2, 12, 1, 4)
