from typing import Any

OPERATIONS_A_ROUND: int

def peak(rounds: int, instruction_set: str | None, dtype: str = "float64", /) -> float: ...
def instruction_sets() -> list[str]: ...
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
    def evaluate(self, **arguments: Any) -> None: ...
    def gradient(self, **arguments: Any) -> float: ...
    def train(self, **arguments: Any) -> None: ...
