from collections.abc import Callable
from typing import Any

OPERATIONS_A_ROUND: int

def peak(rounds: int, instruction_set: str | None, dtype: str = "float64", /) -> float: ...
def instruction_sets() -> list[str]: ...
def mark(X: Any, Y: Any, size: int, /) -> int | None: ...
def layout() -> dict[str, Any]: ...

class Machine:
    def __init__(
        self,
        *,
        instruction_set: str | None,
        parameters: int,
        captured: int,
        features: int,
        targets: int,
        rows: int,
        lanes: int,
        seed: int,
        debug: bool,
        packed: int,
        dtype: str,
        results: Any,
        initial: Any,
        numbers: Any,
        shared: Any,
        forward: Any,
        backward: Any,
    ) -> None: ...
    def block(self, samples: int, /) -> int: ...
    def blocks(self, samples: int, /) -> int: ...
    def allow(self, seconds: float, calls: int, samples: int, marks: bytes, /) -> None: ...
    def spent(self) -> tuple[float, int]: ...
    def gradient_at_once(
        self,
        changed: Callable[[], bool],
        numbers_of: Callable[[Any], bytes],
        held: Any,
        captured: Callable[[], bytes] | None,
        any_data: bool,
        X: Any,
        Y: Any = None,
        /,
    ) -> Any: ...
    def evaluate_at_once(
        self,
        changed: Callable[[], bool],
        numbers_of: Callable[[Any], bytes],
        held: Any,
        captured: Callable[[], bytes] | None,
        any_data: bool,
        as_table: bool,
        X: Any,
        /,
    ) -> Any: ...
    def evaluate(self, **arguments: Any) -> None: ...
    def gradient(self, **arguments: Any) -> float: ...
    def train(self, **arguments: Any) -> None: ...
