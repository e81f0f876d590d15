"""What a node is, and what else is to be remembered of it; ``_kinds.pxd`` has the same as numbers of C."""

from __future__ import annotations

# What a node is. From ELEMENTARY on it has operands, and its gradient starts afresh at each sweep.
LEAF = 0  # made by the user: a parameter, an input
CONSTANT = 1  # a number that met a Value in an operation
ELEMENTARY = 2  # one operation on one or two Values
WITH_NUMBER = 3  # one operation on a Value and a number, which becomes a CONSTANT when it is looked at
FUSED = 4  # a row of many operations in one, which unfolds when it is looked at
CUSTOM = 5  # the user's own operation

# What else is to be remembered of a node (bits of ``_marks``).
WHOLE_DATA = 1  # the data is an int, and shown without a decimal point
WHOLE_GRAD = 2  # the gradient is an int
WHOLE_NUMBER = 4  # the number of a WITH_NUMBER node is an int, or the exponent of a power
WATCHED = 8  # a fused layer has read the data, and must know when it changes
SWEPT = 16  # the gradient is from a backward sweep
TRACKED = 32  # the garbage collector knows the node, because it may be part of a cycle
