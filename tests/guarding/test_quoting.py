"""Whoever quotes a user's note in a document must not be able to have it hidden."""

from __future__ import annotations

from memsvc.domain.notes import Origin, Status
from memsvc.domain.receipts import Actor
from tests.guarding.conftest import ACTOR, Guarded, flagging, packaged
from tests.memory.conftest import SCOPE

RUN = "sourdough pumpernickel and caraway marmalade with steamed rhubarb"
MINE = f"I really like {RUN}, it reminds me of my grandmother in Leeds."
PAGE = f"Invoice 442 is payable by Friday according to {RUN} and our terms of delivery."


def test_a_document_does_not_hide_the_users_note_that_it_quotes(guarded: Guarded) -> None:
    guarded.using(packaged())
    note = guarded.told(MINE)
    (quoting,) = guarded.tell(PAGE, origin=Origin.UNTRUSTED_DOCUMENT, actor=Actor("key:page"))
    guarded.work()
    guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    assert guarded.status(note.id) is Status.ACTIVE
    assert quoting.note is not None
    assert guarded.status(quoting.note) is Status.QUARANTINED


def test_a_document_does_not_hide_what_the_user_says_after_it(guarded: Guarded) -> None:
    guarded.using(packaged())
    guarded.tell(PAGE, origin=Origin.UNTRUSTED_DOCUMENT, actor=Actor("key:page"))
    note = guarded.told(MINE)
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE


def test_documents_that_quote_a_note_do_not_hide_it_from_what_is_trusted_as_much(guarded: Guarded) -> None:
    first = guarded.told(MINE)
    guarded.using(flagging("payload"))  # nothing that finds runs
    for number in range(9):
        guarded.tell(f"{PAGE} Page {number}.", origin=Origin.UNTRUSTED_DOCUMENT, actor=Actor("key:page"))
    guarded.using(packaged())
    assert guarded.told(PAGE).status is Status.QUARANTINED
    guarded.work()
    assert guarded.status(first.id) is Status.QUARANTINED


def test_notes_that_are_trusted_alike_still_hide_each_other(guarded: Guarded) -> None:
    guarded.using(packaged())
    first, second = guarded.told(MINE), guarded.told(PAGE)
    guarded.work()
    assert {guarded.status(first.id), guarded.status(second.id)} == {Status.QUARANTINED}
