"""Random histories: whatever is done in whatever order, an index answers as brute force does."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.vectors.forms import FORMS, listed
from tests.vectors.oracle import DIMENSION, Truth, unit

# Few distinct directions, so that exact ties and near-ties are common.
_PALETTE = unit(np.random.default_rng(3).standard_normal((12, DIMENSION)))
directions = st.integers(0, len(_PALETTE) - 1)
keys = st.lists(directions, min_size=1, max_size=4).map(lambda chosen: _PALETTE[chosen])


class History(RuleBasedStateMachine):
    """A namespace, its oracle, and one index of each form."""

    @initialize()
    def begin(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.truth = Truth()
        self.indexes = {name: self.opened(name) for name in FORMS}

    def teardown(self) -> None:
        self.directory.cleanup()

    def opened(self, name: str):
        return FORMS[name](Path(self.directory.name) / name)

    @rule(notes=st.lists(keys, min_size=1, max_size=8), visible=st.booleans())
    def add(self, notes, visible):
        self.truth.add(*notes, visible=visible)

    @precondition(lambda self: self.truth.rows)
    @rule(data=st.data(), visible=st.booleans())
    def show(self, data, visible):
        self.truth.show(data.draw(st.sampled_from(self.truth.rows)), visible=visible)

    @precondition(lambda self: self.truth.rows)
    @rule(data=st.data(), matrix=keys)
    def rekey(self, data, matrix):
        self.truth.rekey(data.draw(st.sampled_from(self.truth.rows)), matrix)

    @precondition(lambda self: self.truth.rows)
    @rule(data=st.data())
    def purge(self, data):
        self.truth.purge(data.draw(st.sampled_from(self.truth.rows)))

    @rule(name=st.sampled_from(sorted(FORMS)))
    def save(self, name):
        self.indexes[name].save(self.truth.reader(), self.truth.state())

    @rule(name=st.sampled_from(sorted(FORMS)))
    def reopen(self, name):
        self.indexes[name].close()
        self.indexes[name] = self.opened(name)

    @rule(name=st.sampled_from(sorted(FORMS)), how=st.sampled_from(["rebuild", "erase"]))
    def begin_anew(self, name, how):
        if how == "erase":
            self.indexes[name].erase(self.truth.row)
        else:
            self.indexes[name].rebuild(self.truth.reader(), self.truth.state())

    @rule(name=st.sampled_from(sorted(FORMS)))
    def use_another(self, name):
        other = Truth(row=2)
        other.add(*_PALETTE)
        self.indexes[name].search(other.reader(), other.state(), _PALETTE[0], k=3, allowed=None)

    @rule(data=st.data(), direction=directions, k=st.integers(1, 12))
    def filtered(self, data, direction, k):
        allowed = np.array(sorted(data.draw(st.sets(st.integers(1, 40)))), np.int64)
        self.compare(direction, k=k, allowed=allowed)

    @rule(direction=directions, k=st.integers(1, 12))
    def visible(self, direction, k):
        self.compare(direction, k=k, allowed=None)

    @invariant()
    def sound(self):
        for index in getattr(self, "indexes", {}).values():
            assert index.verify(self.truth.reader(), self.truth.state()) == []

    def compare(self, direction, *, k, allowed):
        reader = self.truth.reader()
        expected = listed(reader.best(_PALETTE[direction], k=k, allowed=allowed))
        for index in self.indexes.values():
            found = index.search(reader, self.truth.state(), _PALETTE[direction], k=k, allowed=allowed)
            assert listed(found) == expected


TestHistories = History.TestCase
TestHistories.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
