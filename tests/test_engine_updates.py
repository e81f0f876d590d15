"""The places of many Values, by who they are; and the loops over many of them that a compile needs."""

from __future__ import annotations

import gc
import random
from array import array

import pytest

from micrograd import updates
from micrograd.engine import Value
from micrograd.updates import Index, are_the_same


@pytest.mark.parametrize("count", [0, 1, 5, 8, 100, 3000])
def test_an_index_is_what_a_dictionary_by_identity_would_be(count):
    draw = random.Random(count)
    values = [Value(1.0) for _ in range(count)]
    listed = [*values, *draw.choices(values, k=count // 3)] if count else []
    draw.shuffle(listed)
    index = Index(listed)
    distinct = list(dict.fromkeys(listed))
    assert are_the_same(index.values, distinct)
    assert len(index) == len(distinct)
    assert are_the_same(list(index), distinct)
    for place, value in enumerate(distinct):
        assert index[value] == index.get(value) == place
        assert value in index
    for stranger in (Value(1.0), 1.0, None, "a"):
        assert stranger not in index
        assert index.get(stranger) is None
        with pytest.raises(KeyError):
            index[stranger]


def test_a_row_is_a_range_where_its_values_follow_one_another():
    values = [Value(0.0) for _ in range(20)]
    index = Index(values)
    assert index.row(()) == range(0)
    assert index.row(tuple(values[3:9])) == range(3, 9)
    assert index.row((values[5], values[2], values[5])) == (5, 2, 5)
    assert index.row((*values[15:], values[0])) == (15, 16, 17, 18, 19, 0)
    assert index.row((values[0], Value(0.0))) is None
    assert index.row((Value(0.0), values[0])) is None


def test_equal_values_are_not_the_same():
    class Equal(Value):
        def __eq__(self, other):
            return True

        def __hash__(self):
            return 7

    one, other = Equal(1.0), Equal(1.0)
    index = Index([one, other])
    assert len(index) == 2
    assert index[other] == 1


def test_an_index_lets_nothing_but_values_in():
    with pytest.raises(TypeError, match="values"):
        Index([Value(1.0), 2.0])
    with pytest.raises(TypeError):
        Index(3)
    empty = Index.__new__(Index)
    assert len(empty) == 0
    assert list(empty) == []
    assert empty.get(Value(1.0)) is None
    with pytest.raises(TypeError):
        Index([Value(1.0)]).__init__([Value(2.0)])


def test_an_index_keeps_its_values_alive():
    index = Index([Value(3.0)])
    gc.collect()
    assert index[index.values[0]] == 0


def test_the_same_objects_are_found_whatever_holds_them():
    values = [Value(1.0), Value(1.0)]
    assert are_the_same(values, tuple(values))
    assert not are_the_same(values, values[::-1])
    assert not are_the_same(values, values[:1])
    assert are_the_same([], ())
    assert not are_the_same(iter(values), values)
    assert not are_the_same(values, None)


def test_an_index_stands_for_its_values_in_all_loops():
    values = [Value(1.0), Value(2.0)]
    index = Index(values)
    updates.write(index, array("d", [3.0, -4.0]))
    assert [value.data for value in values] == [3.0, -4.0]
    numbers = array("d", [0.0, 0.0])
    updates.read(index, numbers)
    assert numbers.tolist() == [3.0, -4.0]
    values[1].grad = 2.0
    updates.descend(index, 0.5)
    assert values[1].data == -5.0
    updates.forget(index)
    assert values[1].grad == 0.0
    updates.forget(Index.__new__(Index))


@pytest.mark.parametrize("collects", [True, False])
def test_leaves_are_new_values_and_the_collector_is_left_as_it_was(collects):
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        made = updates.leaves(array("d", [1.5, -0.0, 2.0]))
        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()
    assert [repr(value) for value in made] == [
        "Value(data=1.5, grad=0)",
        "Value(data=-0.0, grad=0)",
        "Value(data=2.0, grad=0)",
    ]
    assert updates.are_leaves(made)
    for wrong in ([1.0], array("f", [1.0]), b"12345678"):
        with pytest.raises(TypeError, match="numbers"):
            updates.leaves(wrong)


@pytest.mark.parametrize(
    ("some", "others", "close"),
    [
        ([1.0, 2.0], [1.0, 2.0], True),
        ([1.0, 2.0 + 1e-9], [1.0, 2.0], True),
        ([1.0, 2.0 + 1e-5], [1.0, 2.0], False),
        ([1e-9, 2.0], [0.0, 2.0], True),  # small, of what the largest is
        ([1e-9, 1e-3], [0.0, 1e-3], True),
        ([1e-9, 1e-12], [0.0, 1e-12], False),
        ([float("nan")], [1.0], False),
        ([1.0], [float("nan")], False),
        ([float("inf")], [float("inf")], False),  # to be looked at closely
        ([], [], True),
    ],
)
def test_close_numbers_are_close(some, others, close):
    assert updates.are_close(array("d", some), array("d", others), 1e-6) is close


def test_numbers_of_another_count_are_compared_with_nothing():
    with pytest.raises(ValueError, match="some has 1 numbers"):
        updates.are_close(array("d", [1.0]), array("d", [1.0, 2.0]), 1e-6)
