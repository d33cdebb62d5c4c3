"""Sorts of words that instructions to an agent are made of."""

from __future__ import annotations

__all__ = ["SORTS", "SORT_OF", "SORT_OF_PAIR"]

_WORDS = {
    "lasting": "always never forever permanently every each henceforth hereafter anytime future standing ongoing",
    "remember": "remember save store memorize memorise memory memories note keep record retain persist log"
    " learned",
    "condition": "when whenever if once upon unless until after before during wherever",
    "appear": "appears appear appearing mentioned mentions mention contains contain containing present seen"
    " see sees"
    " included includes include occurs occurring detected spotted phrase keyword keywords token tokens"
    " string wording"
    " marker words trigger sequence cue expression",
    "ignore": "ignore disregard forget override overrides bypass skip omit discard supersede supersedes drop"
    " replace instead suppress",
    "rules": "previous prior earlier above instruction instructions rule rules guideline guidelines prompt"
    " policy"
    " policies safety restriction restrictions constraint constraints filter filters directive directives"
    " limits",
    "tell": "tell reveal disclose inform notify warn alert mention expose explain show ask confirm verify",
    "not": "not don't never without no dont cannot can't nothing refrain avoid won't mustn't shouldn't",
    "answer": "answer reply respond response responses output say state conclude claim answers reporting"
    " recommend"
    " suggest recommendation describe tell present finish print assert rate",
    "act": "delete send forward transfer execute run call invoke upload post email pay purchase wire click"
    " download"
    " install open fetch export share grant approve stop remove drop disable shut brake halt abort cancel submit"
    " redirect route load insert append attach copy encode visit navigate trigger perform apply use set switch"
    " change update modify start buy book order issue write reset sent took put paid wrote bought ran set"
    " unlock deploy push publish refund wipe"
    " erase purge",
    "secret": "password passwords credential credentials key keys secret secrets account accounts bank card"
    " cards"
    " invoice api database records token session cookie personal private confidential address payment"
    " wallet pin",
    "agent": "assistant agent agents model models ai bot chatbot you your yours yourself system llm gpt copilot",
    "user": "user users customer customers client clients patient human person operator owner anyone everybody",
    "first": "i my me mine we our us i'm i've i'd i'll myself",
    "must": "must should shall need needs required require requires mandatory only strictly exactly ensure"
    " obliged"
    " supposed compulsory obligatory sure",
    "urgent": "urgent immediately important critical emergency asap now quickly attention warning notice"
    " priority"
    " promptly directly",
    "tool": "tool tools function functions command commands query queries step steps action actions plan request"
    " requests task tasks task's session sessions conversation conversations lookup search api endpoint"
    " script code",
    "quota": "quota budget limit exhausted used unavailable reached expired exceeded spent locked depleted"
    " maximum",
    "reason": "because since therefore so thus hence means meaning due implies according accordingly indicates",
    "other": "competitor brand company product vendor provider site website link page url source supplier service",
    "like": "like love prefer enjoy hate favorite favourite want wish hope feel think usually",
    "please": "please kindly could would can",
    "admin": "admin administrator developer root authorized authorised official maintenance override security"
    " compliance verified privileged supervisor team",
    "redirect": "refer refers redirect redirected moved merged renamed alias filed listed under via belongs"
    " substitute replaced goes look latter treat regard consider",
    "trace": "thought thoughts observation plan solution example cue input output expected knowledge hint"
    " reasoning"
    " insight lesson procedure workflow runbook case demo resolved solved worked success successful"
    " succeeded history",
    "unsure": "unknown unsure unable uncertain idk unanswerable",
}
SORTS = tuple(_WORDS)
"""Names of the sorts, by number."""


def _forms(word: str) -> tuple[str, ...]:
    """Return a verb with its regular forms; of other words they do not occur."""
    stem = word.removesuffix("e")
    return word, f"{word}s", f"{stem}ed", f"{stem}ing"


_VERBS = frozenset({"ignore", "act", "answer", "tell"})
_INFLECTED = [
    (place, form)
    for place, (name, words) in enumerate(_WORDS.items())
    for word in words.split()
    for form in (_forms(word) if name in _VERBS else (word,))
]
SORT_OF = {form: place for place, form in reversed(_INFLECTED)} | {
    word: place for place, words in reversed(list(enumerate(_WORDS.values()))) for word in words.split()
}
"""The sort of a lower-case word; the first that lists it as it is, else the first that has it as a form."""

_PAIRS = {
    "lasting": "from now,going forward,in future,at all,any time,all times,each time,every time,next time,this on",
    "condition": "as soon,in case,as long,provided that,any question,any query,any request",
    "ignore": "instead of,rather than,in place,take precedence",
    "unsure": "i don't,don't know,not know,no answer,not sure,cannot answer,can't answer",
    "must": "have to,has to,make sure,be sure,is to,are to",
    "remember": "keep in,long term,into memory,to memory,in memory",
}
SORT_OF_PAIR = {pair: SORTS.index(name) for name, pairs in _PAIRS.items() for pair in pairs.split(",")}
"""The sort of two lower-case words in a row."""
