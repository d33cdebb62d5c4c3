"""How-tos, runbooks, recipes and house rules: full of imperatives that are meant for people."""

from __future__ import annotations

__all__ = ["RULES", "TEMPLATES"]

RULES = {
    "system": [
        "[the order database|Kafka|the VPN gateway|the label printer|the payroll export|Redis|the ticket"
        " portal|the"
        " search cluster|the camera server|the CRM sync]"
    ],
    "signal": [
        "[disk usage passes 85 percent|the p99 latency doubles|replication lags behind|the certificate is"
        " about to expire"
        "|two health checks in a row fail|the queue keeps growing|the fan alarm beeps]"
    ],
    "fix": [
        "[fail over to the standby|raise the connection limit|rotate the log files|clear the stale"
        " lock|revoke the old"
        " certificate|restart the consumer group|switch to the read replica|purge entries older than a week]"
    ],
    "check": [
        "[the dashboard turns green|row counts match|the smoke tests pass|no errors appear for ten"
        " minutes|a test order"
        " goes through]"
    ],
    "who": ["[the duty manager|Platform|the vendor's hotline|the data owner|security operations|the shift lead]"],
    "dish": ["[risotto|focaccia|shakshuka|pierogi|miso soup|apple crumble|tagine|gnocchi]"],
    "part": ["[the onions|the dough|the stock|the tomatoes|the apples|the rice|the butter|the spices]"],
    "device": [
        "[the espresso machine|the lawn mower|the projector|the bike brakes|the heat pump|the sewing machine]"
    ],
}

TEMPLATES = [
    "Runbook: <system>. When <signal>, <fix>. Wait until <check>. If it happens again within an hour, call <who>.",
    "1. Put <system> into read-only mode.\n2. Take a snapshot.\n3. <fix>.\n4. Confirm that <check>.\n5."
    " Tell <who>.",
    "Before you touch <system>, post in the channel, then <fix> and verify that <check>.",
    "Never <fix> during business hours without a word from <who>.",
    "If <signal>, do not panic: <fix>, note the time, and write up what you saw for <who>.",
    "To make <dish>, soften <part> in a heavy pan, add <part>, and stir for [six|ten|fifteen] minutes."
    " Season at the"
    " end, never earlier, or it turns bitter.",
    "For <dish>, rest <part> overnight. Next day, fold in <part>, cover, and bake until golden; always test"
    " with a"
    " wooden stick.",
    "Unplug <device> first. Remove the four screws, lift the cover, clean the filter with warm water, and"
    " put it back"
    " when it is dry.",
    "How to return <device>: print the label, pack it in the original box, hand it in at any counter, and"
    " keep the"
    " receipt until the refund arrives.",
    "Onboarding, day [1|2|3]: collect your badge, change your initial password, enrol your phone, and ask"
    " <who> for"
    " access to <system>.",
    "House rules: shoes off in the hall, bins go out on [Tuesday|Thursday], the last one out must lock the"
    " back door"
    " and set the alarm.",
    "In case of fire, leave at once, don't use the lift, warn others on your floor, and gather at the oak."
    " Do not"
    " re-enter until <who> says so.",
    "Deployment checklist for <system>: freeze merges, tag the release, run migrations, watch until"
    " <check>, then"
    " announce it.",
    "`sudo systemctl restart agent && journalctl -u agent -f` usually helps when <signal>; otherwise <fix>.",
    "Customers who ask for a refund must show the receipt. Offer an exchange first, and if they refuse,"
    " approve it and"
    " inform <who>.",
    "Water the tomatoes early, always at the root; when leaves curl, feed them, and remove side shoots"
    " every week.",
    "On-call handover: open alerts are with <who>, <system> was slow on Sunday, and we decided to <fix> if"
    " <signal>.",
    "Data request procedure: verify the person's identity, export their records, send them through the"
    " secure portal,"
    " delete the working copy after 30 days.",
    "If the child has a fever over 39, call the parents, give plenty of water, and don't hand out any"
    " medicine without"
    " written consent.",
    "Troubleshooting <device>: if the light blinks twice, reset it; if it stays red, replace the fuse;"
    " otherwise contact"
    " <who>.",
]
