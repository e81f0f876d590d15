"""What a node is, and what else is to be remembered of it; ``_kinds.pxd`` has the same as numbers of C."""

from __future__ import annotations

# What a node is. From FUSED on it has operands, and its gradient starts afresh at each sweep.
LEAF = 0  # made by the user: a parameter, an input
CONSTANT = 1  # a number that met a Value in an operation
FUSED = 2  # a row of many operations in one, which unfolds when it is looked at
CUSTOM = 3  # the user's own operation

# From ADD on it is one operation on one or two Values.
ADD = 4
MULTIPLY = 5
POWER = 6
MAXIMUM = 7
MINIMUM = 8
ABSOLUTE = 9
RELU = 10
TANH = 11
SIGMOID = 12
SOFTPLUS = 13
EXP = 14
LOG = 15
SQRT = 16
SIN = 17
COS = 18
DETACH = 19

# The names that the nodes of each kind show as their operation.
NAMES = (
    "", "", "", "", "+", "*", "**", "max", "min", "abs", "ReLU", "tanh", "sigmoid", "softplus", "exp", "log", "sqrt",
    "sin", "cos", "detach",
)  # fmt: skip

# What else is to be remembered of a node (bits of ``_marks``).
WHOLE_DATA = 1  # the data is an int, and shown without a decimal point
WHOLE_GRAD = 2  # the gradient is an int
WHOLE_NUMBER = 4  # the number of a WITH_NUMBER node is an int, or the exponent of a power
WATCHED = 8  # a fused layer has read the data, and must know when it changes
SWEPT = 16  # the gradient is from a backward sweep
TRACKED = 32  # the garbage collector knows the node, because it may be part of a cycle
WITH_NUMBER = 64  # the second operand is a number, which becomes a CONSTANT when it is looked at
