"""What a learner does with the kit, whichever face asks for it: check, hint, compare, go back."""

from __future__ import annotations

from backroad.practice.practice import Practice

__all__ = ["Practice"]
