from typing import Any

import numpy as np
from numpy.typing import NDArray

OPERATIONS_A_ROUND: int

def peak(rounds: int, instruction_set: str | None) -> float: ...
def instruction_sets() -> list[str]: ...

class Machine:
    def __init__(
        self,
        instruction_set: str | None,
        parameters: int,
        features: int,
        targets: int,
        rows: int,
        lanes: int,
        seed: int,
        results: NDArray[np.int64],
        initial: NDArray[np.float64],
        numbers: NDArray[np.float64],
        shared: NDArray[np.int64],
        forward: NDArray[np.int64],
        backward: NDArray[np.int64],
    ) -> None: ...
    def evaluate(self, *arguments: Any) -> None: ...
    def gradient(self, *arguments: Any) -> float: ...
    def train(self, *arguments: Any) -> tuple[int, int, int, float, int]: ...
