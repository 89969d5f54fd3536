"""The dashboard: the road, an exercise, a comparison and the history as pages on one's own machine."""

from __future__ import annotations

from backroad.dashboard.guard import Guard
from backroad.dashboard.serving import serve

__all__ = ["Guard", "serve"]
