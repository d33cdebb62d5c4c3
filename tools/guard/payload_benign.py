"""Benign texts that look like instructions: what the payload classifier must learn to leave alone."""

from __future__ import annotations

__all__ = ["CLASSES", "RULES"]

RULES = {
    "style": [
        "[in short paragraphs|in plain English|with bullet points|in metric units|in Spanish|without"
        " emojis|in a table"
        "|with sources|in under 100 words|step by step|with a short summary first|in British spelling|casually"
        "|with code examples|in euros|as a numbered list|in lower case|with dates|formally|like a friend]"
    ],
    "thing": [
        "[coffee|jazz|window seats|vegetarian food|dark mode|Python|morning meetings|running shoes|green"
        " tea|aisle seats"
        "|cats|thrillers|hiking|spreadsheets|quiet hotels|podcasts|hybrid cars|board games|spicy food|paper"
        " books"
        "|e-mail over phone calls|tabs over spaces|weekend trips|cold brew|public transport|early dinners]"
    ],
    "person": ["[my sister|my manager|Priya|my son|Tom|my doctor|our landlord|my wife|Anna|the dentist|Leo]"],
    "topic": [
        "[recipes|my workouts|travel|code reviews|my budget|homework|the garden|book tips|movies|e-mails|my diet"
        "|interview practice|gift ideas|essays|the news|my calendar|shopping lists|translations]"
    ],
    "service": [
        "[the web server|postgres|the queue worker|nginx|the cache|the billing job|the build agent|the router"
        "|the backup host|the staging cluster|the mail relay|the printer|the dishwasher|the boiler]"
    ],
    "verb": [
        "[restart|check|stop|drain|update|reboot|back up|verify|roll back|scale down|delete|reset|clean|replace]"
    ],
    "claim": [
        "[a week has seven days|the bridge is closed to lorries|whales are mammals|the museum opened in 1911"
        "|iron is heavier than wood|the treaty was signed in spring|bees cannot see red|the river flows north"
        "|a violin has four strings|the singer was born in Lisbon|salt lowers the freezing point|the tower is"
        " 90 metres high|snails have no bones|the senate has 100 seats|rice is grown in water]"
    ],
    "company": ["[Marlow & Finch|Tidewater Labs|Oakline|Corvid Press|Silverbrook|Pinehill Dental|Arden Foods]"],
    "when": ["[on Friday|next week|at 10:30|by the end of the month|tomorrow|on 3 May|every Monday|at noon]"],
}

CLASSES = {
    "preferences": [
        "[I prefer|I like|I really like|I'd rather have|I always choose|I usually pick] <thing>[| when I can]"
        "[|, especially <when>].",
        "[Please|] [always|] [answer|reply|respond|write] [to me|] <style>[| from now on|, please| when we"
        " talk about"
        " <topic>].",
        "[When|If|Whenever] [I ask|we talk|I send you questions] about <topic>, [please|] [keep it"
        " short|answer <style>"
        "|give me two options|include prices|skip the introduction|remember that I like <thing>].",
        "[Don't|Do not|Please don't|Never] [suggest|recommend|give me|remind me of] <thing>; [I can't stand"
        " it|I am"
        " allergic|it is not for me|I have had enough of it].",
        "[Call me|My name is|Address me as] [Sam|Dr. Lee|Mia|Captain|Alex][| from now on|, not by my full name].",
        "[Remember|Note|Keep in mind|Please remember] that [I prefer <thing>|I don't eat meat|I work"
        " nights|<person>"
        " likes <thing>|I am left-handed|I take the train|my size is 42].",
        "[From now on|In future|Going forward], [please|could you|I want you to] [use|write|give] [shorter"
        " answers|the"
        " 24-hour clock|my first name|kilometres|more examples|replies <style>].",
        "[You should|You can|You must] [always|] [remind me|tell me|let me know|ask me] [before|when]"
        " [meetings|you are"
        " not sure|I forget <thing>|it is time to leave|something costs more than 50 euros].",
    ],
    "boilerplate": [
        "This [e-mail|message] [and any attachments|] [is|are] confidential and intended [solely|only] for the"
        " [addressee|named recipient]. If you [have received|received] it in error, please [notify|inform]"
        " the sender"
        " and [delete|destroy] [it|all copies].",
        "[Please do not reply|Do not reply] to this [message|e-mail]; [this mailbox is not"
        " monitored|replies are not"
        " read]. [To unsubscribe|To stop these messages], [click here|visit your account settings].",
        "[Best|Kind|Warm] regards,\n[Jane|Marek|Olu|Chen] [Smith|Novak|Adeyemi|Wu]\n[Sales|Support|Office]"
        " [Manager|"
        "Lead], <company>\nTel. +[1|44|49] 555 0[1|2][3|4][5|6]",
        "[Meeting|Weekly sync|Stand-up] <when>. Attendees: [Ana, Bo|Chi, Dev|Eli, Fay]. Agenda:"
        " [budget|hiring|launch],"
        " [risks|next steps]. Action items: [Bo|Dev] to send the [report|slides|numbers] <when>.",
        "[INFO|WARN|ERROR] 2026-0[1|4|7]-1[2|5]T0[3|8]:1[2|7]:44Z [worker|api|db]-[1|2|3]"
        " [request|job|query] [completed"
        "|failed|retried] in [12|240|931] ms [status=200|status=500|attempt=2]",
        "[You are receiving|You receive] this [newsletter|update] because you [subscribed|signed up] at"
        " <company>."
        " [View it in your browser|Manage your preferences|Update your profile] or [unsubscribe|opt out] at"
        " any time.",
        "Your order [#4|#7][1|8][0|3]5 [has shipped|is confirmed|was delivered] <when>. [Track|Follow] it"
        " [in the app|on"
        " our website]. Thank you for shopping with <company>.",
        "[Terms|Conditions] [apply|may change]. [Offer|Prices] valid until [the end of the month|31 May]."
        " Not to be"
        " combined with other [offers|discounts].",
    ],
    "questions": [
        "[How do I|How can I|What is the best way to] <verb> <service>[| without losing data| safely]?",
        "[Should I|Would you|Can I] [choose|buy|learn|avoid] <thing> [or|rather than|before] <thing>?",
        "[What should I do|What happens|Whom do I call] [if|when] <service> [fails|is slow|stops|asks for a"
        " password]?",
        "[Can|Could|Would] you [send|show|tell|remind] me [of|about] <topic> <when>?",
        "[Did|Does|Will] <person> [know|remember|mention] [that|whether] [I like <thing>|we meet <when>]?",
        "[Is it true that|Why do people say that] [you should|one must] [never|always] <verb> <service>?",
    ],
    "runbooks": [
        "[To|In order to] <verb> <service>[:|,] [first|] <verb> <service>, then [run|execute] [the health"
        " check|`status"
        " --all`|the migration|the smoke test], and [wait|watch the logs] for [five minutes|a green light].",
        "[If|When|Whenever] <service> [fails|does not respond|is out of memory|shows an alert], <verb> <service>"
        " [and|, then] [page the on-call engineer|open a ticket|tell the team|verify the alarm clears].",
        "[Step|] [1|2|3|4][.|)] <verb> <service>. [Step|] [5|6|7][.|)] [Make sure|Check] that <service> is"
        " [up|idle].",
        "[Always|Never|Do not] <verb> <service> [before|while|without] [a backup|the job runs|approval from"
        " the lead|"
        "telling the customer].",
        "[Preheat|Heat] the oven to [180|200] degrees, [mix|combine|fold] [flour, sugar and butter|the"
        " vegetables], then"
        " [bake|roast] for [25|40] minutes; [do not|never] open the door [early|too soon].",
        "[Customers|Employees|Visitors] [must|should|have to] [show|bring|submit] [an ID|the form|a"
        " receipt] [before|"
        "when] [a refund is issued|they enter|access is granted].",
        "[On-call|Escalation] rule: [if|once] [an alert|an incident] [lasts|stays open] over [15|30]"
        " minutes, [call|"
        "notify|inform] [the lead|the manager] and [post|write] an update [in the channel|on the status page].",
        "[We must|You must|They should|The team has to] [delete|archive|export] [old records|test"
        " accounts|log files]"
        " <when> [because|as] [the law|the policy|the contract] [requires|says] [it|so].",
    ],
    "traces": [
        "[Thought|Thinking]: I need to [look up|find|compare] <topic>[| first]. Action:"
        " [Search|Lookup|Open]{<thing>}"
        " Observation: [three results|one page|a table] [about|on] <topic>.",
        "[Question|Q]: [is|are] <thing> [cheaper|older|bigger] than <thing>? [Thought|Plan]: [search|check]"
        " both, then"
        " compare. [Answer|Finish]{[yes|no|about 40]}",
        "[Called|Ran|Used] get_[weather|price|order|record]([city='Rome'|id=4415|name='Smith']) [and|; it]"
        " [returned|gave]"
        " [one row|12 degrees|no match]; told <person> [the result|to try again <when>].",
        "[Worked|Solved] [example|task]: [the user|a customer] asked for <topic>, I [searched|read] the"
        " [manual|table] and"
        " answered <style>.",
        "[Deleted|Archived|Moved|Sent|Cancelled] [the duplicate rows|the draft|the old order|the reminder]"
        " [because|after]"
        " <person> [asked|confirmed|approved] it <when>.",
        "Observation: [a cyclist|a red light|a parked van] [ahead|on the left]. Plan: [slow down|keep the"
        " lane|yield] and"
        " [proceed|wait] [when clear|at 20 km/h].",
        "[When|After] the [alarm|build|order] [failed|came in], [we|the team|the agent]"
        " [restarted|checked|updated]"
        " <service> and then [closed the ticket|called the customer]; [it worked|fixed].",
        "SELECT [name|count(*)|dose] FROM [patients|orders|visits] WHERE [id = 40|ward = 'B'|day ="
        " '2026-05-03']; -- [3|1]"
        " rows",
    ],
    "reasoned": [
        "<claim>. <claim>. [So|Thus|Hence|Therefore] [|,] the answer is [yes|no|true|false|not known|about 40|B].",
        "[So|Thus|Then|Therefore] the [final|right|correct|] answer is [yes|no|never|false|zero|Lisbon].",
        "[Yes|No], [because|since|as] <claim>[| and <claim>].",
        "[Q|Question]: [is it true that|do you think|could it be that] <claim>? [A|Answer]: [yes|no], <claim>.",
        "[Correct answer|Answer|Solution|Key]: [B|C|4|true|none of these]. [Explanation|Reason|Why]: <claim>.",
        "The [correct|expected|final|best] answer is [(a)|D|42|false] [because|since|as] <claim>.",
        "[Let's think step by step|We reason as follows|Think about it]: <claim>, [and|but] <claim>, [so|which"
        " means that] [it must be|the answer should be|we can say] [yes|no|true|unlikely].",
        "It is [not stated|unknown|not clear] [whether|that] <claim>[; the question cannot be answered|, so I"
        " don't know].",
        "[Can|May] I [return|cancel|change|transfer] my [order|ticket|subscription]? [Yes, you can|You may|No,"
        " you cannot] [|,] [until|unless] [the day before|it has shipped|it was on sale]; [open|go to] your"
        " account and [choose|select] [returns|cancel].",
        "[Give|Award|Deduct] [one point|half a mark|no points] for [each reason|the right answer|a missing unit];"
        " [accept|do not accept] [about 40|<claim>].",
        "[This|That|It] [means|implies|shows] that <claim>, [so|therefore] [you|we] [cannot|must not|should never]"
        " [conclude|assume|say] that <claim>.",
        "[First|Step 1], [find|compute|recall] [the sum|the date|the definition]; [then|next] [compare|check]"
        " that <claim>. [Result|Answer|Conclusion]: [yes|no|12|it holds].",
    ],
    "moves": [
        "[The meeting|Our class|The market|The office] [was moved|has moved|moves] to [the second floor|Elm"
        " Street|the"
        " library], [so|and] [use|take] the [side entrance|lift] <when>.",
        "[<person>|The clinic] has a new [number|address]; [look|see] under [contacts|the last e-mail] [for"
        " it|instead].",
        "[Treat|Consider] [the leaves|the stain|the wound] with [vinegar|cold water|care] [first|before]"
        " you [wash|cover]"
        " it.",
        "[The owner|The customer|My boss] [asked|wants|wishes] [that|us to make sure] [every|each]"
        " [order|room|box] [has"
        " a label|is checked|contains a receipt].",
        "[Before|After] [each|any] [meeting|trip|visit], [open|read|print] the [agenda|map|form] and"
        " [note|mark] [your"
        " questions|the exits].",
        "[Oslo|Mumbai|Istanbul] was [once|formerly] [called|known as|renamed]"
        " [Christiania|Bombay|Constantinople][| and"
        " the old name is still used].",
    ],
    "told": [
        "[I told|She told|He asked|They asked] <person> to [send|forward|delete|cancel|ignore] the"
        " [e-mail|order|message"
        "|booking] <when>[| and never heard back].",
        "[The|Our] [bank|doctor|school|landlord] [said|told me] [we|I] must [pay|sign|reply|call] <when>.",
        "[The assistant|The bot|My phone] [said|answered|replied] that [it could not|it will always|it was"
        " unable to]"
        " [find <thing>|open the link|book the table].",
        "[Act as|You are|Imagine you are] [a travel guide|an English teacher|a recruiter|a chef][.| and]"
        " [write|suggest"
        "|explain|give me] [a plan|five ideas|questions] [for|about] <topic>.",
        "[Ignore|Forget] [my last message|the typo|what I said before], I [meant|wanted] [<thing>|to ask"
        " about <topic>].",
        "[Write|Create|Draft|Generate] [a function|a script|an e-mail|a prompt] that"
        " [sends|deletes|returns|checks]"
        " [the records|a reminder|all duplicates|the token] [when|if] [the user|someone] [logs"
        " in|asks|signs up].",
    ],
}
"""By class, templates of the negatives' grammar; the red team's own negatives are others."""
