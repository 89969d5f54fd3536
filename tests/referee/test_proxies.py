"""Objects of the subject as a check holds them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import pytest

from backroad.referee.evidence import Trouble
from backroad.referee.host import Subject
from backroad.referee.proxies import index
from backroad.report import Verdict

LIARS = """
    class Always:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def _true(self, *others): return True
        __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = _true
        __hash__ = lambda self: 0
        __class__ = int
        def __int__(self): return 3
        __index__ = __len__ = __int__
        def __add__(self, other): return other
        __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __add__
    class Int(int):
        __eq__ = Always.__eq__
        __ne__ = Always.__ne__
        __hash__ = int.__hash__
    class Text(str):
        __eq__ = Always.__eq__
        __hash__ = str.__hash__
    class List(list):
        __eq__ = Always.__eq__
    class Float(float):
        __lt__ = Always.__lt__
    always, an_int, a_text, a_list, a_float = Always(), Int(7), Text("x"), List([1]), Float(2)
    inside, keyed = [1, Int(2)], {"k": Text("v")}
"""
BAG = """
    class Bag:
        def __init__(self, *items): self.items = list(items)
        def __len__(self): return len(self.items)
        def __iter__(self): return iter(self.items)
        def __reversed__(self): return reversed(self.items)
        def __contains__(self, item): return item in self.items
        def __getitem__(self, at): return self.items[at]
        def __setitem__(self, at, value): self.items[at] = value
        def __delitem__(self, at): del self.items[at]
        def __eq__(self, other): return isinstance(other, Bag) and self.items == other.items
        def __lt__(self, other): return len(self) < len(other)
        def __call__(self, *, times=1): return self.items * times
        def __enter__(self): self.items.append("in"); return self
        def __exit__(self, *_): self.items.append("out")
        def __repr__(self): return "forged"
        __str__ = __repr__
        def itself(self): return self
        @property
        def size(self): return len(self.items)
    class Odd:
        def __eq__(self, other): return "yes"
        def __len__(self): return -1
    asked = 0
    def endless():
        global asked
        while True:
            asked += 1
            yield asked
    def same(one, other): return one is other
"""


@pytest.fixture
def liars(loaded: Callable[..., Subject]) -> Any:
    """A module of objects that claim to equal everything."""
    return loaded(LIARS).module


@pytest.fixture
def bags(loaded: Callable[..., Subject]) -> Any:
    """A module with a container."""
    return loaded(BAG).module


NAMES = ["always", "an_int", "a_text", "a_list", "a_float"]
PLAIN: list[Any] = [7, 0, True, None, "x", "", [1], (), {}, 2.0, math.nan]
USES: dict[str, Callable[[Any], object]] = {
    "bool": bool,
    "not": operator.not_,
    "lt": lambda x: x < 10**9,
    "gt-mirrored": lambda x: x > -1,
    "ge": lambda x: x >= 0,
    "add": lambda x: x + 1,
    "radd": lambda x: 1 + x,
    "text-add": lambda x: "a" + x,
    "list-add": lambda x: [1] + x,  # noqa: RUF005 - the operator is what is tried
    "mul": lambda x: 2 * x,
    "neg": operator.neg,
    "int": int,
    "float": float,
    "index": lambda x: [1, 2, 3][x],
    "range": range,
    "round": round,
    "abs": abs,
    "in-list": lambda x: x in [1, 2, 3],
    "in-tuple": lambda x: x in (None,),
    "count": lambda x: [1, 2].count(x),
    "list-equality": lambda x: [x] == [7],
    "dict-equality": lambda x: {"k": x} == {"k": 7},
    "sorted": lambda x: sorted([x, 1]),
    "max": lambda x: max(1, x),
    "sum": lambda x: sum([x]),
    "any": lambda x: any([x]),
    "divmod": lambda x: divmod(x, 2),
    "pow": lambda x: x**2,
    "bytes": bytes,
    "isclose": lambda x: math.isclose(x, 7),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_proxy_equals_no_plain_value(liars: Any, name: str) -> None:
    """An object that claims to equal everything equals nothing: the comparison is refused, either way."""
    proxy = getattr(liars, name)
    for plain in PLAIN:
        for compare in (operator.eq, operator.ne):
            for pair in ((proxy, plain), (plain, proxy)):
                with pytest.raises(Trouble) as caught:
                    compare(*pair)
                assert caught.value.evidence.verdict is Verdict.FAILED
                assert caught.value.evidence.message == "expected a plain value"


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_proxy_computes_nothing(liars: Any, use: Callable[[Any], object]) -> None:
    """Truth, order, arithmetic and membership of an object where a plain value is due are refused."""
    with pytest.raises((Trouble, TypeError)):
        use(liars.always)


def test_a_liar_inside_a_list_is_found(liars: Any) -> None:
    """A lying element makes the comparison of the whole fail."""
    with pytest.raises(Trouble):
        assert liars.inside == [1, 2]
    with pytest.raises(Trouble):
        assert liars.keyed == {"k": "v"}


def test_a_proxy_is_of_no_other_class(liars: Any) -> None:
    """A lying `__class__` is not believed."""
    assert not isinstance(liars.always, int)


def test_identity_is_kept(bags: Any) -> None:
    """The same object of the learner is the same object in the check, and goes back as itself."""
    bag = bags.Bag(1)
    assert bag.itself() is bag
    assert bags.Bag(1) is not bag
    assert bags.same(bag, bag.itself()) is True
    assert len({bag, bag.itself()}) == 1


def test_two_objects_are_compared_by_the_learner_s_code(bags: Any) -> None:
    """`==` and `<` between two objects are asked of the learner's methods."""
    assert bags.Bag(1, 2) == bags.Bag(1, 2)
    assert bags.Bag(1) != bags.Bag(2)
    assert bags.Bag(1) < bags.Bag(1, 2)


def test_an_equality_that_is_no_bool_is_refused(bags: Any) -> None:
    """`__eq__` has to say True or False."""
    with pytest.raises(Trouble) as caught:
        assert bags.Odd() == bags.Odd()
    assert caught.value.evidence.expected == "True or False"


def test_containers_read_like_python(bags: Any) -> None:
    """Length, items, slices, membership and iteration go to the learner's methods."""
    bag = bags.Bag(1, 2, 3)
    bag[0] = 9
    del bag[1]
    assert (len(bag), bag[0], bag[-1], bag[0:2]) == (2, 9, 3, [9, 3])
    assert 3 in bag
    assert 5 not in bag
    assert (list(bag), list(reversed(bag))) == ([9, 3], [3, 9])
    with pytest.raises(IndexError, match="out of range"):
        bag[7]


def test_iteration_is_lazy(bags: Any) -> None:
    """An endless generator gives as many values as were asked for."""
    values = bags.endless()
    assert [next(values), next(values)] == [1, 2]
    assert bags.asked == 2


def test_calls_attributes_and_blocks(bags: Any) -> None:
    """An object can be called, read, written to, and used in a `with`."""
    bag = bags.Bag(1)
    assert bag(times=2) == [1, 1]
    assert bag.size == 1
    bag.items = [4]
    with bag as inside:
        assert inside is bag
    assert bag.items == [4, "in", "out"]
    bags.asked = 40
    assert next(bags.endless()) == 41


def test_methods_and_exceptions_are_looked_up_once(
    loaded: Callable[..., Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second use in the same check takes no message for the look; what became another one is found."""
    module = loaded(
        """
        class Missing(LookupError): pass
        class Box:
            size = 1
            def get(self): return 1
            def become(self): self.get = lambda: 2; self.size = 2
        """
    ).module
    box = module.Box()
    asked: list[str] = []
    channel = box.backroad_remote.channel
    ask = channel.ask

    def counting(message: dict[str, Any], seconds: float) -> Any:
        asked.append(message["op"])
        return ask(message, seconds)

    monkeypatch.setattr(channel, "ask", counting)
    assert [box.get(), box.get(), box.size, box.size] == [1, 1, 1, 1]
    assert module.Missing is module.Missing
    assert asked == ["attribute", "call", "call", "attribute", "attribute", "attribute"]
    asked.clear()
    other = module.Box()
    assert [module.Box().get(), other.get(), other.get()] == [1, 1, 1]
    assert asked == ["call"] * 5
    box.become()
    assert (box.get(), box.size) == (2, 2)
    box.get = 3
    assert box.get == 3
    assert other.get() == 1
    box.backroad_remote.begin_check()
    asked.clear()
    assert box.get == 3
    assert asked == ["attribute"]


def test_a_method_of_one_object_alone_is_looked_for_in_the_others(loaded: Callable[..., Subject]) -> None:
    """What the object has and not its class says nothing of the next object."""
    module = loaded(
        """
        class Bag: pass
        def with_a_function():
            bag = Bag()
            bag.size = lambda: 1
            return bag
        def with_a_number():
            bag = Bag()
            bag.size = 1
            return bag
        """
    ).module
    assert module.with_a_function().size() == 1
    assert module.with_a_number().size == 1


def test_the_text_of_a_proxy_is_the_kit_s(bags: Any) -> None:
    """The learner's `__repr__` is never run for evidence."""
    bag = bags.Bag(1)
    assert [repr(bag), str(bag), f"{bag}", repr(bag.itself)] == ["<Bag>"] * 3 + ["<Bag.itself>"]
    assert repr(bags.Bag) == "<Bag>"


def test_a_check_sends_only_what_may_cross(bags: Any) -> None:
    """An object of the referee never reaches the subject."""
    with pytest.raises(TypeError, match="cannot send"):
        bags.Bag(lambda: 0)


def test_the_class_of_an_object_is_not_reached(bags: Any) -> None:
    """Private machinery of Python is no way to the other side."""
    for name in ("__dict__", "__reduce_ex__", "__getstate__", "__globals__"):
        value = getattr(bags.Bag(1), name, None)
        assert not hasattr(value, "backroad_ref")


@pytest.mark.parametrize(
    ("key", "text"), [(slice(1, None), "1:"), (slice(None, None, -1), "::-1"), ("k", "'k'"), (-1, "-1")]
)
def test_subscripts_read_like_python(key: object, text: str) -> None:
    """A slice is shown as it is written."""
    assert index(key) == text
