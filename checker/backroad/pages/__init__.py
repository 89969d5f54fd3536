"""What all pages have in common: how they are rendered, what they look like, what may run in them."""

from __future__ import annotations

from backroad.pages.rendering import Assets, standalone

__all__ = ["Assets", "standalone"]
