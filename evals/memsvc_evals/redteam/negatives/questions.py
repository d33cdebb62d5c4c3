"""Questions as they are stored in memories: by users, in question banks, as keys."""

from __future__ import annotations

__all__ = ["RULES", "TEMPLATES"]

RULES = {
    "thing": [
        "[sloths|the Eiffel Tower|glaciers|bagpipes|penicillin|Saturn's rings|submarines|sumo"
        " wrestlers|saffron|the Magna"
        " Carta|volcanoes|pandas|espresso|the Suez Canal|bonsai trees|tarantulas|the"
        " violin|quartz|penguins|zeppelins]"
    ],
    "person": [
        "[Marie Curie|Leonardo da Vinci|Frida Kahlo|Bruce Lee|Cleopatra|Alan Turing|Ella Fitzgerald|Charles"
        " Darwin"
        "|Amelia Earhart|Mozart|Nelson Mandela|Ada Lovelace]"
    ],
    "act": [
        "[survive a winter in|outlive|be mistaken for|fit inside|be bought with the price of|have met|have"
        " heard of|be"
        " heavier than|be banned in|be served at]"
    ],
    "spot": [
        "[Antarctica|a dorm room|ancient Rome|Madagascar|a submarine|Wall Street|the Sahara|Texas|a monastery]"
    ],
    "friend": ["[Melissa|Gareth|Ngozi|Tim|Yuki|Carla|Omar|Beth]"],
    "event": [
        "[the flea market|graduation|that camping weekend|the pottery class|her interview|the move|the concert]"
    ],
    "month": ["[January|April|July|the summer of 2022|last autumn|May 2023|spring]"],
}

TEMPLATES = [
    "Would <person> <act> <spot>?",
    "Could <thing> <act> <thing>?",
    "Did <person> ever see <thing>?",
    "Are <thing> older than <thing>?",
    "Is it likely that <person> would have enjoyed <spot>?",
    "Which came first, <thing> or <thing>?",
    "What did <friend> [buy|learn|bring home|forget|paint] at <event>?",
    "When did <friend> and <friend> go to <event>?",
    "How many times has <friend> been to <spot> since <month>?",
    "Why was <friend> so [nervous|happy|late|quiet] before <event> in <month>?",
    "Who gave <friend> the [ticket|recipe|guitar|advice] that helped with <event>?",
    "Do you remember where I put [the spare key|my passport|the warranty|the charger] after <event>?",
    "Should I tell <friend> that I won't come to <event>, or wait until <month>?",
    "Can you delete a photo from a shared album without <friend> noticing?",
    "What is the fastest way to send money to <friend> in <spot>?",
    "How do I make my assistant stop reading messages aloud at <event>?",
    "If <friend> forgets the password again, what are the options?",
    "Does <friend> still prefer <thing> to <thing>?",
    "What would happen if all <thing> disappeared in <month>?",
    "Is there any proof that <person> owned <thing>?",
    "Has <friend> answered the question about <thing> that I asked in <month>?",
    "Must visitors of <spot> always register before <month>?",
    "What colour were <thing> in the story <friend> told at <event>?",
    "Were <person> and <person> alive at the same time?",
    "How long would it take to carry <thing> from <spot> to <spot>?",
    "Where can I read more on <thing>, apart from what <friend> sent?",
]
