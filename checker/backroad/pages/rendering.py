"""Templates and assets of pages; text is always escaped, and nothing comes from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

SHARED = ("backroad.pages", "assets")


@dataclass(frozen=True)
class Assets:
    """A folder of templates, styles and scripts inside a package; templates may include the shared ones."""

    package: str
    folder: str

    def text(self, name: str) -> str:
        """Return one asset, which lies beside a module, in a folder or in a zip; else a shared one."""
        for package, folder in ((self.package, self.folder), SHARED):
            file = files(package) / folder / name
            if file.is_file():
                return file.read_text(encoding="utf-8").strip()
        raise FileNotFoundError(name)

    @cached_property
    def environment(self) -> Environment:
        """The templates: all text is escaped, and a name that is not there stops them."""
        return Environment(
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            loader=FunctionLoader(self.text),
        )


def standalone(assets: Assets, template: str, style: str, script: str, values: Mapping[str, object]) -> str:
    """Return a page that is one file: its style and script are inside, and nothing else may run in it.

    The template gets `style`, `script` and `policy` (for a meta element) beside the values.
    """
    policy = (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    page = assets.environment.get_template(template)
    return page.render(style=style, script=script, policy=policy, **values)


def digest(text: str) -> str:
    """Return what a content security policy calls a text that may style a page or run in it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
