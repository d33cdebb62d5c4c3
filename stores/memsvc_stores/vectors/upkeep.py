"""Bringing a draft up to what the source has, in the form that its size asks for."""

from __future__ import annotations

import numpy as np

from memsvc.ports.embedding import Model
from memsvc.ports.ranking import VectorDelta
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.delta import additions, changes
from memsvc_stores.vectors.flat.update import FlatUpdater
from memsvc_stores.vectors.forms import FormUpdater
from memsvc_stores.vectors.keeping import RowKeeper
from memsvc_stores.vectors.layout import Draft, Form, Meta
from memsvc_stores.vectors.limits import Limits
from memsvc_stores.vectors.paged.build import build_flat, build_paged
from memsvc_stores.vectors.paged.updates import PagedUpdater

__all__ = ["Upkeep"]


class Upkeep:
    """Applies deltas to a draft. Not thread-safe; call `finish` once, and commit what it returns."""

    def __init__(self, draft: Draft, codec: Codec, *, namespace: int, model: Model, limits: Limits) -> None:
        base = draft.base
        self._draft = draft
        self._codec = codec
        self._namespace = namespace
        self._model = model
        self._limits = limits
        self._keeper = RowKeeper(draft, model.dimension)
        self._form: Form = "flat" if base is None else base.meta.form
        self._updater: FormUpdater = (
            FlatUpdater(draft, codec) if self._form == "flat" else PagedUpdater(draft, codec)
        )
        self._several = base is not None and base.meta.several
        self.applied = 0 if base is None else base.meta.applied
        self._removed = base is None

    @property
    def living(self) -> int:
        """Count the keys that are there."""
        return self._keeper.living

    def apply(self, delta: VectorDelta) -> None:
        """Take changes over; raise DimensionMismatch or Damaged."""
        added = additions(delta, self._model.dimension)
        change = changes(delta)
        notes, rows = self._keeper.find(change.rows)
        place = np.searchsorted(change.rows, notes)
        gone = change.gone[place]
        self._keeper.show(rows[~gone], change.shown[place[~gone]])
        if gone.any():
            self._updater.delete(rows[gone])
            self._keeper.remove(rows[gone])
            self._removed = True
        if added.rows.size:
            codes = self._codec.encode(self._codec.rotate(added.matrix))
            self._updater.insert(self._keeper.add(added), added.matrix, codes)
        self._several = self._several or added.several
        self.applied = max(self.applied, delta.upto)

    def finish(self) -> Meta:
        """Change the form if the size asks for it, write what is left, and say what the draft holds now."""
        self._updater.finish()
        self._change_form()
        self._keeper.finish()
        return Meta(
            namespace=self._namespace,
            form=self._form,
            model_id=self._model.id,
            dimension=self._model.dimension,
            codec=self._codec.name,
            applied=self.applied,
            rows=self._keeper.count,
            living=self._keeper.living,
            several=self._several,
            counts={"removed": int(self._removed)},
        )

    def _change_form(self) -> None:
        form = self._limits.form(self._keeper.living, now=self._form)
        if form == self._form:
            return
        if form == "paged":
            living = self._keeper.used()
            order = build_paged(self._draft, self._codec, living=living, rows=self._keeper.count)
            self._keeper.renumbered(order)
        else:
            build_flat(self._draft, self._codec, rows=self._keeper.count)
        self._form = form
