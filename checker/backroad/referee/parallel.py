"""Many requests at once: threads that start together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def in_parallel(count: int, function: Callable[[int], T]) -> list[T]:
    """Run a function in threads that start together; the first exception is raised again."""
    barrier = threading.Barrier(count)
    results: dict[int, T] = {}
    raised: list[BaseException] = []

    def work(number: int) -> None:
        try:
            barrier.wait()
            results[number] = function(number)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return [results[number] for number in range(count)]
