"""Objects of the subject as a check holds them; every use of one is a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backroad.referee.evidence import not_plain
from backroad.referee.recorder import arguments, short

if TYPE_CHECKING:
    from backroad.referee.remote import Remote


class Method:
    """A method that was looked up and not called yet."""

    def __init__(self, owner: Proxy, name: str) -> None:
        self._owner, self._name = owner, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method, in one message."""
        return self._owner.backroad_remote.call(self._owner, self._name, args, kwargs)

    def __repr__(self) -> str:
        return f"<{self._owner.backroad_type}.{self._name}>"


class Proxy:
    """An object of the subject. It equals no plain value, is neither true nor false, and computes nothing."""

    __slots__ = (
        "__weakref__",
        "backroad_kind",
        "backroad_name",
        "backroad_ref",
        "backroad_remote",
        "backroad_type",
        "backroad_what",
    )
    backroad_remote: Remote
    backroad_ref: int
    backroad_kind: int
    backroad_type: str
    backroad_what: str
    backroad_name: str

    def __init__(
        self, remote: Remote, number: int, type_name: str, what: str, name: str, kind: int = 0
    ) -> None:
        values = zip(self.__slots__[1:], (kind, name, number, remote, type_name, what), strict=True)
        for slot, value in values:
            object.__setattr__(self, slot, value)

    def backroad_number(self) -> int:
        """Return the object's number on the wire."""
        return self.backroad_ref

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self.backroad_remote.attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        said = f"{short(self)}.{name} = {short(value)}"
        self.backroad_remote.set_attribute(self, name, value, said)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself."""
        return self.backroad_remote.call(self, None, args, kwargs)

    def __repr__(self) -> str:
        return f"<{self.backroad_name or self.backroad_type}>"

    def __hash__(self) -> int:
        return hash(("backroad", self.backroad_ref))

    def __bool__(self) -> bool:
        raise not_plain(self, "True or False")

    def __eq__(self, other: object) -> bool:
        if self is other:
            said = f"{short(self)} == {short(other)}"
            return self._truth(self.backroad_remote.apply("eq", self, other, said=said))
        if not isinstance(other, Proxy):
            raise not_plain(self, short(other))
        said = f"{short(self)} == {short(other)}"
        return self._truth(self.backroad_remote.apply("eq", self, other, said=said))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def _truth(self, value: Any) -> bool:
        if type(value) is not bool:
            raise not_plain(value, "True or False")
        return value

    def __len__(self) -> int:
        value = self.backroad_remote.apply("len", self, said=f"len({short(self)})")
        return int(value)

    def __iter__(self) -> Iterator[Any]:
        iterator = self.backroad_remote.apply("iter", self, said=f"iter({short(self)})")
        return _items(self.backroad_remote, iterator)

    def __next__(self) -> Any:
        found = self.backroad_remote.apply("advance", self, said=f"next({short(self)})")
        if not found:
            raise StopIteration
        return found[0]

    def __reversed__(self) -> Iterator[Any]:
        iterator = self.backroad_remote.apply("reversed", self, said=f"reversed({short(self)})")
        return _items(self.backroad_remote, iterator)

    def __contains__(self, item: Any) -> bool:
        said = f"{short(item)} in {short(self)}"
        return self._truth(self.backroad_remote.apply("contains", self, item, said=said))

    def __getitem__(self, key: Any) -> Any:
        return self.backroad_remote.apply("getitem", self, key, said=f"{short(self)}[{index(key)}]")

    def __setitem__(self, key: Any, value: Any) -> None:
        said = f"{short(self)}[{index(key)}] = {short(value)}"
        self.backroad_remote.apply("setitem", self, key, value, said=said)

    def __delitem__(self, key: Any) -> None:
        self.backroad_remote.apply("delitem", self, key, said=f"del {short(self)}[{index(key)}]")

    def __enter__(self) -> Any:
        return self.backroad_remote.call(self, "__enter__", (), {})

    def __exit__(self, *_: object) -> None:
        self.backroad_remote.call(self, "__exit__", (None, None, None), {})

    def __del__(self) -> None:
        self.backroad_remote.release(self.backroad_ref)


def _items(remote: Remote, iterator: Any) -> Iterator[Any]:
    while found := remote.apply("advance", iterator):
        yield found[0]


def index(key: Any) -> str:
    """Return what stands between the brackets of a subscript."""
    if isinstance(key, slice):
        ends = ["" if end is None else short(end) for end in (key.start, key.stop)]
        return ":".join([*ends, *([] if key.step is None else [short(key.step)])])
    return short(key)


def _refuse(symbol: str) -> Callable[..., Any]:
    def method(self: Proxy, *_: Any) -> Any:
        raise not_plain(self, f"a plain value for {symbol}")

    return method


def _forward(function: str, symbol: str) -> Callable[[Proxy, Any], Any]:
    """Return the comparison of two of the subject's objects; with a plain value it is refused."""

    def method(self: Proxy, other: Any) -> Any:
        if not isinstance(other, Proxy):
            raise not_plain(self, f"a plain value for {symbol}")
        said = f"{short(self)} {symbol} {short(other)}"
        return self.backroad_remote.apply(function, self, other, said=said)

    return method


for _name, _symbol in {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(Proxy, f"__{_name}__", _forward(_name, _symbol))
for _name, _symbol in {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "and": "&",
    "or": "|",
    "xor": "^",
    "lshift": "<<",
    "rshift": ">>",
    "matmul": "@",
}.items():
    setattr(Proxy, f"__{_name}__", _refuse(_symbol))
    setattr(Proxy, f"__r{_name}__", _refuse(_symbol))
for _name in ("neg", "pos", "invert", "abs", "int", "float", "index", "round", "complex", "bytes"):
    setattr(Proxy, f"__{_name}__", _refuse(_name))


def reference(value: Any) -> dict[str, Any]:
    """Return what stands for an object of the subject in a message."""
    if isinstance(value, Proxy):
        return {"ref": object.__getattribute__(value, "backroad_ref")}
    stood_for = getattr(value, "backroad_proxy", None)  # of an exception, of the module
    if isinstance(stood_for, Proxy):
        return reference(stood_for)
    number = getattr(value, "backroad_class_ref", None) if isinstance(value, type) else None
    if number is not None:
        return {"ref": number}
    raise TypeError(f"a check cannot send {value!r}: only plain values and the subject's own objects cross")


def call_text(target: Proxy, name: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Return a call as a line of Python."""
    said = arguments(args, kwargs)
    if name is None:
        return f"{target.backroad_name or short(target)}({said})"
    if target.backroad_what == "module":
        return f"{name}({said})"
    return f"{short(target)}.{name}({said})"
