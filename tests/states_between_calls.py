"""States outside of Python's own objects that a loss may read: how one is made, read as a number, and changed.

Each entry is (make, read, change); what is made is given to the other two. ``folder`` is one that may be written to.
"""

from __future__ import annotations

import abc
import collections
import decimal
import gc
import importlib
import io
import logging
import operator
import os
import queue
import sqlite3
import sys
import threading
import types
import xml.etree.ElementTree
from pathlib import Path
from typing import Any

import numpy as np

from micrograd.engine import Value

NAME = "rate_of_states"
VARIABLE = "RATE_OF_STATES"


class Base(abc.ABC):  # noqa: B024
    """Something may be registered as one."""


class Other:
    rate = 1.0


class Another:
    rate = 3.0


class Mine(Value):
    rate = 1.0


class Yours(Value):
    rate = 3.0


class Odd(types.ModuleType):
    rate = property(lambda self: 3.0)


def module() -> types.ModuleType:
    """A module that can be imported, with a rate of 1."""
    made = sys.modules[NAME] = types.ModuleType(NAME)
    made.rate = 1.0
    return made


def faster(owner: Any) -> None:
    """Change the attribute."""
    owner.rate = 3.0


def replace_module(_: Any) -> None:
    """Put another module in its place."""
    module().rate = 3.0


def import_it(_: Any) -> float:
    import rate_of_states

    return rate_of_states.rate


def import_its_rate(_: Any) -> float:
    from rate_of_states import rate

    return rate


def written(text: str) -> Any:
    """Return a function that writes a text to a file in the folder."""
    return lambda folder: (folder / "rate").write_text(text) and folder


def rewrite(file: Any) -> None:
    """Write another number to a file that is open."""
    file.seek(0)
    file.write(b"3.0" if isinstance(file, (io.BytesIO, io.RawIOBase)) else "3.0")
    file.flush()


def rewound(file: Any) -> Any:
    """Return a file at its beginning."""
    file.seek(0)
    return file


def first_line(file: Any) -> float:
    for line in rewound(file):
        return float(line)
    raise AssertionError


def objects(*given: Any) -> Any:
    """Return an array of objects."""
    array = np.empty(len(given), dtype=object)
    array[:] = given
    return array


def table() -> Any:
    """Return a database with one number."""
    database = sqlite3.connect(":memory:")
    database.execute("create table t (rate real)")
    database.execute("insert into t values (1.0)")
    return database


def element() -> Any:
    made = xml.etree.ElementTree.Element("a")
    made.text = "1.0"
    return made


def record() -> Any:
    return np.array([([1.0], 3)], dtype=[("a", "O"), ("b", "i4")])


STATES: dict[str, tuple[Any, Any, Any]] = {
    "a module imported inside": (module, import_it, faster),
    "a name imported inside": (module, import_its_rate, faster),
    "a module in another's place": (module, import_it, replace_module),
    "importlib": (module, lambda _: importlib.import_module("rate_of_states").rate, faster),
    "sys.modules": (module, lambda _: sys.modules["rate_of_states"].rate, faster),
    "a name that is computed": (module, lambda m: getattr(m, "ra" + "te"), faster),
    "a name that a getter has": (
        lambda: (operator.attrgetter("rate"), module()),
        lambda pair: pair[0](pair[1]),
        lambda pair: faster(pair[1]),
    ),
    "a module's class": (module, lambda m: m.rate, lambda m: setattr(m, "__class__", Odd)),
    "the environment": (
        lambda: os.environ.__setitem__(VARIABLE, "1"),
        lambda _: float(os.environ[VARIABLE]),
        lambda _: os.environ.__setitem__(VARIABLE, "3"),
    ),
    "getenv": (
        lambda: os.environ.__setitem__(VARIABLE, "1"),
        lambda _: float(os.getenv(VARIABLE, "1")),
        lambda _: os.environ.__setitem__(VARIABLE, "3"),
    ),
    "a Value in an array": (
        lambda: objects(Value(1.0)),
        lambda a: a[0],
        lambda a: a.__setitem__(0, Value(3.0)),
    ),
    "a list in an array": (
        lambda: objects([1.0], [2.0]),
        lambda a: a[0][0],
        lambda a: a[0].__setitem__(0, 3.0),
    ),
    "an object in an array": (lambda: objects(Other()), lambda a: a[0].rate, lambda a: faster(a[0])),
    "a list in a record": (record, lambda a: a["a"][0][0], lambda a: a["a"][0].__setitem__(0, 3.0)),
    "the iterator of an array": (
        lambda: (np.ones(1), np.ones(1).flat),
        lambda p: float(p[1][0]),
        lambda p: p[1].__setitem__(0, 3.0),
    ),
    "an object's class": (Other, lambda o: o.rate, lambda o: setattr(o, "__class__", Another)),
    "a Value's class": (lambda: Mine(1), lambda o: o.rate, lambda o: setattr(o, "__class__", Yours)),
    "a text in memory": (lambda: io.StringIO("1.0"), lambda f: float(rewound(f).read()), rewrite),
    "its value": (lambda: io.StringIO("1.0"), lambda f: float(f.getvalue()), rewrite),
    "its lines": (lambda: io.StringIO("1.0"), first_line, rewrite),
    "bytes in memory": (lambda: io.BytesIO(b"1.0"), lambda f: float(f.getvalue()), rewrite),
    "a database": (
        table,
        lambda d: d.execute("select rate from t").fetchone()[0],
        lambda d: d.execute("update t set rate = 3.0"),
    ),
    "an element": (element, lambda e: float(e.text), lambda e: setattr(e, "text", "3.0")),
    "an ordered dictionary": (
        lambda: collections.OrderedDict(a=1.0, b=3.0),
        lambda d: next(iter(d.values())),
        lambda d: d.move_to_end("a"),
    ),
    "a view of a dictionary": (
        lambda: (held := {"a": 1.0}, held.values()),
        lambda pair: sum(pair[1]),
        lambda pair: pair[0].update(a=3.0),
    ),
    "an object that is a key": (
        lambda: {Other(): 1},
        lambda d: next(iter(d)).rate,
        lambda d: faster(next(iter(d))),
    ),
    "a method of a list": (
        lambda: (held := [1.0], held.__getitem__),
        lambda pair: pair[1](0),
        lambda pair: pair[0].__setitem__(0, 3.0),
    ),
    "a lock": (threading.Lock, lambda lock: 1.0 + lock.locked(), lambda lock: lock.acquire()),
    "a queue": (queue.SimpleQueue, lambda q: 1.0 + q.qsize(), lambda q: q.put(1)),
    "a logger": (
        lambda: logging.getLogger("states"),
        lambda log: 1.0 + log.isEnabledFor(10),
        lambda log: log.setLevel(10),
    ),
    "what is registered": (
        lambda: type("Registered", (), {})(),
        lambda o: 1.0 + isinstance(o, Base),
        lambda o: Base.register(type(o)),
    ),
    "subclasses": (
        lambda: [type("Parent", (), {})],
        lambda held: 1.0 + len(held[0].__subclasses__()),
        lambda held: held.append(type("Child", (held[0],), {})),
    ),
    "the interpreter's limits": (
        lambda: sys.setrecursionlimit(1000),
        lambda _: sys.getrecursionlimit() / 1000,
        lambda _: sys.setrecursionlimit(1500),
    ),
    "the collector's thresholds": (
        lambda: gc.set_threshold(700),
        lambda _: gc.get_threshold()[0] / 700,
        lambda _: gc.set_threshold(1400),
    ),
    "decimal's precision": (
        lambda: decimal.getcontext().__setattr__("prec", 9),
        lambda _: float(decimal.Decimal(8) / decimal.Decimal(3)),
        lambda _: decimal.getcontext().__setattr__("prec", 1),
    ),
    "NumPy's settings": (
        lambda: np.seterr(divide="warn"),
        lambda _: 1.0 + (np.geterr()["divide"] == "ignore"),
        lambda _: np.seterr(divide="ignore"),
    ),
}

# The same of files: make(folder), read, change.
FILES: dict[str, tuple[Any, Any, Any]] = {
    "a file": (written("1.0"), lambda d: float((d / "rate").read_text()), written("3.0")),
    "a file that is open": (
        lambda d: (written("1.0")(d) / "rate").open("r+"),
        lambda f: float(rewound(f).read()),
        rewrite,
    ),
    "its lines": (lambda d: (written("1.0")(d) / "rate").open("r+"), first_line, rewrite),
    "a file without a buffer": (
        lambda d: (written("1.0")(d) / "rate").open("r+b", buffering=0),
        lambda f: float(rewound(f).read()),
        rewrite,
    ),
    "np.fromfile": (
        lambda d: (np.array([1.0]).tofile(d / "array"), d)[1],
        lambda d: float(np.fromfile(d / "array")[0]),
        lambda d: np.array([3.0]).tofile(d / "array"),
    ),
    "how large a file is": (written("12"), lambda d: os.path.getsize(d / "rate") / 2, written("123456")),
    "what is in a folder": (
        written("1"),
        lambda d: float(len(list(os.scandir(d)))),
        lambda d: (d / "another").write_text("1"),
    ),
    "where one is": (
        lambda d: (os.chdir(d), d)[1],
        lambda d: float(len(os.getcwd())),
        lambda d: (Path(d) / "below").mkdir() or os.chdir(d / "below"),
    ),
}


def tables() -> dict[str, tuple[Any, Any, Any]]:
    """The same of pandas, where it is installed."""
    import pandas as pd

    return {
        "a column": (
            lambda: pd.DataFrame({"a": [1.0, 2.0]}),
            lambda d: float(d["a"][0]),
            lambda d: d.__setitem__("a", [3.0, 4.0]),
        ),
        "a column more": (
            lambda: pd.DataFrame({"a": [1.0, 2.0]}),
            lambda d: d.shape[1],
            lambda d: d.__setitem__("b", 1.0),
        ),
        "a cell": (
            lambda: pd.DataFrame({"a": [1.0]}),
            lambda d: float(d["a"][0]),
            lambda d: d.iloc.__setitem__((0, 0), 3.0),
        ),
        "a series": (lambda: pd.Series([1.0, 2.0]), lambda s: float(s[0]), lambda s: s.__setitem__(0, 3.0)),
        "an index": (
            lambda: pd.Series([1.0], index=[1.0]),
            lambda s: float(s.index[0]),
            lambda s: setattr(s, "index", [3.0]),
        ),
        "objects": (lambda: pd.Series([[1.0], [2.0]]), lambda s: s[0][0], lambda s: s[0].__setitem__(0, 3.0)),
    }
