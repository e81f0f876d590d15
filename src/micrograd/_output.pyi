"""What a type checker is told that a network returns; nothing of it exists while a program runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import SupportsIndex, overload

from micrograd.engine import Value

class Output(Value):
    """The output of a layer or a network: a ``Value`` of one neuron, a list of ``Value`` of several.

    How many there are is a number that is known when the program runs. So to a type checker the output is a
    Value that can also be gone through, counted and indexed: right code passes, and a name that neither has is
    found.
    """

    def __iter__(self) -> Iterator[Value]: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Value: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Value]: ...
