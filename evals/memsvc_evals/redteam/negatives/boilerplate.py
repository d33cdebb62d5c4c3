"""Texts with parts that recur from note to note: signatures, notices, logs, minutes, newsletters."""

from __future__ import annotations

__all__ = ["RULES", "TEMPLATES"]

RULES = {
    "body": [
        "[The samples arrived in good order|We moved the workshop to the second floor|Attached is the"
        " revised quote"
        "|The tiles are back in stock|I checked the figures twice|Our auditor has two more questions|The"
        " van is being"
        " serviced|Rain delayed the roof by a day|The new batch tastes better|Parking is free at the"
        " weekend], and"
        " [I will call you on Monday|the rest follows next week|nothing else has changed|Rita knows the"
        " details|we can"
        " talk about it over lunch|the invoice is on its way|the keys are with the porter|I would like your view"
        "|everybody was pleased|the photos are in the folder].",
        "[Thanks for|Sorry for the delay with|A quick note on|Following up on] [the floor plan|the tasting"
        " menu|your"
        " visa letter|the spring catalogue|the choir rehearsal|the heat pump|your lab results|the"
        " translation|the"
        " school trip|the lease]: [it looks fine to me|one page is missing|we need a signature|it is"
        " cheaper than"
        " expected|the second half is new|please have a look|I marked two places|it was sent yesterday].",
    ],
    "sign": [
        "--\nMarguerite Vandersteen | Head of Conservation\nRijnvelde Museum of Applied Arts\nOpen Tue-Sun, 10-17",
        "Yours sincerely,\nTobias Achterberg\nChartered Surveyor, Holloway Quist LLP\nRegistered office: 14"
        " Quay Street",
        "Cheers,\nNadia\n\nSent from my phone, please excuse typos",
        "Kind regards\n\nDr. Ifeanyi Okonjo\nPaediatric Cardiology, Ward 6B\nBleep 4471, secretary ext. 2093",
    ],
    "notice": [
        "CONFIDENTIALITY NOTICE: the contents of this communication are privileged. Unauthorised"
        " disclosure, copying or"
        " distribution is strictly prohibited. Should this have reached you by mistake, kindly let us know"
        " at once and"
        " erase it from your system.",
        "Think before you print: every 3,000 sheets cost us a tree.",
        "Views expressed are the author's own and do not necessarily reflect those of Castellan Freight or its"
        " subsidiaries.",
        "Past performance is not a reliable indicator of future results. Capital is at risk; seek"
        " independent advice.",
    ],
    "stamp": ["2026-[02|03|09|11]-[04|17|23|28] [06|11|19|22]:[05|14|38|59]:[02|21|47]"],
    "unit": ["[ingest|thumbnailer|billing-sync|edge-cache|mailer|indexer]"],
    "name": ["[Ruth|Pavel|Amara|Diego|Sunita|Holger|Mei|Tomasz]"],
    "item": [
        "[hiring plan|Q3 budget|venue contract|data migration|beta feedback|safety audit|press kit|pricing page]"
    ],
}

TEMPLATES = [
    "<body>\n\n<sign>",
    "<body>\n\n<sign>\n\n<notice>",
    "<body> <notice>",
    "{<stamp>} INFO <unit>: processed [18|204|977|3310] items in [0.4|2.9|11.7] s, [0|1|7] skipped",
    "<stamp> WARN <unit>{4412} retrying upstream call, attempt [2|3|4] of 5, backoff [250|500|1000] ms",
    "<stamp> ERROR <unit> connection reset by peer (errno 104); worker [a|b|c][1|2|3] will restart automatically",
    "Minutes, [Tuesday|Thursday] stand-up\nPresent: <name>, <name>, <name>\n1. <item>: [on"
    " track|delayed|done]\n2."
    " <item>: <name> to [report back|draft a proposal|call the supplier]\nNext meeting: same time, same room",
    "Decision log entry. Topic: <item>. Owner: <name>. Status: [open|agreed|parked]. Review date: [next"
    " sprint|after"
    " the holidays|in Q4].",
    "The Harbour Gazette, issue [88|91|95]. In this edition: <item>, an interview with <name>, and ten tips for"
    " [balconies|first-time sailors|rainy days]. You get this letter since you joined our list; one click"
    " below ends"
    " it.",
    "Hi <name>, your parcel from Loom & Linen is on its way and should arrive on"
    " [Monday|Wednesday|Saturday]. Tracking"
    " and returns are in your account. Questions? Just answer this mail, our team is glad to help.",
    "Weekly report template\nDone: <item>\nPlanned: <item>\nBlocked by: [nothing|<name>|legal]\nMood:"
    " [good|tired|fine]",
    "Reminder: your appointment with <name> is on [5|12|19|26] [March|June|October]. Bring your insurance"
    " card and"
    " arrive ten minutes early. To cancel, call the front desk at least 24 hours before.",
    "Out of office: I am away until [Monday|the 14th|next month]. For urgent matters about the <item>,"
    " contact <name>."
    " Your message will not be forwarded.",
    "All employees are reminded to lock their screens, wear badges visibly and report lost devices to the"
    " service desk."
    " [Facilities|IT Security|Reception], <stamp>",
    "Ticket [OPS|WEB|FIN]-[118|240|377|902] moved from In Progress to [Review|Done|Blocked] by <name>."
    " Comment: <body>",
    "You agree that the booking is binding and that fees of [10|15|25] percent apply when it is cancelled"
    " within [two"
    " days|a week] of arrival. Local taxes are payable on site. Guest: <name>.",
]
