"""What people tell an assistant about how they want to be helped."""

from __future__ import annotations

__all__ = ["RULES", "TEMPLATES"]

RULES = {
    "food": [
        "[oat milk|dark chocolate|sourdough|cilantro|mushrooms|sushi|goat cheese|lentil soup|black"
        " tea|peanut butter]"
    ],
    "pastime": [
        "[bouldering|watercolours|chess puzzles|bird watching|salsa classes|indie"
        " games|knitting|astronomy|cycling|jazz"
        " piano]"
    ],
    "subject": [
        "[my marathon plan|restaurants in Lisbon|SQL queries|my thesis|baby names|my mortgage|piano"
        " practice|the kids'"
        " homework|stock prices|meal prep|cover letters|camping gear|medication times|skin care]"
    ],
    "form": [
        "[a table|two or three sentences|plain text|a checklist|Markdown|a single paragraph|German|simple"
        " words|SI units"
        "|bullet points of one line|a haiku|the order of price]"
    ],
    "tone": ["[blunt|friendly|formal|dry|encouraging|matter-of-fact|playful|concise]"],
    "relative": ["[my husband|my mother|Jonas|our nanny|my flatmate|Keiko|Grandpa|my boss|Lena|my trainer]"],
    "place": [
        "[Porto|the lake house|our Berlin office|the north of town|Kyoto|the seaside|a quiet street|Montreal]"
    ],
    "hour": ["[seven in the morning|9 pm|lunchtime|after the school run|weekends|Thursdays|the evening]"],
}

TEMPLATES = [
    "I'd much rather get <form> than long explanations when I ask about <subject>.",
    "For anything to do with <subject>, give me <form>, please.",
    "My favourite way to relax is <pastime>, mostly at <hour>.",
    "Could you always use <form> when you write to me about <subject>? I find it easier to read.",
    "If I ask about <subject>, assume that I mean [the one from last year|the cheap option|the metric"
    " version|the one"
    " near <place>].",
    "Please never recommend anything with <food>, [I react badly to it|<relative> is allergic|it makes me ill].",
    "I can't eat <food> any more, so leave it out of recipes from now on.",
    "Whenever you plan trips for us, remember that <relative> [gets seasick|uses a wheelchair|needs a"
    " window seat|hates"
    " flying|is vegan].",
    "Keep your answers <tone>; I have little patience for [small talk|disclaimers|emojis|long lists].",
    "You don't need to apologise each time. Just be <tone> and get to the point.",
    "We usually book hotels in <place>, never near [the airport|the station|a nightclub], and I like a room with"
    " [a desk|a balcony|a bathtub].",
    "Remember my coffee order: flat white with <food>, no sugar.",
    "Don't schedule anything before <hour>, that's when I do <pastime>.",
    "When you remind me of <subject>, do it at <hour> and not later.",
    "I trust reviews by [cyclists|locals|other parents|engineers] more than star ratings, so quote those first.",
    "I'm more of a [paper map|dog|tea|mountain|night] person, in case that helps with suggestions.",
    "Note for later: I [switched to|gave up|am learning to like|fell in love with] <pastime> this year.",
    "If a product costs more than [40|80|150|300] euros, tell me about a second-hand option as well.",
    "Always double-check dates with me before you put <subject> into the calendar.",
    "Use British spelling in everything you write for me, and call me [Hannah|Mr. Osei|Bea|Doc] in drafts.",
    "I want you to correct my [French|Japanese|grammar|pronunciation] every time, even if I don't ask.",
    "Stop suggesting [<food>|<pastime>|meditation apps], I've tried and it isn't for me.",
    "It would be great if you could keep in mind that I work from <place> on [Mondays|Fridays|even weeks].",
    "My screen reader struggles with tables, so send <subject> as plain sentences only.",
    "I like my summaries <tone>, with the numbers first and [the sources|a quote|next steps] at the end.",
    "For gifts, <relative> loves <pastime> and anything with <food>; avoid [candles|perfume|gadgets].",
    "You can assume I've read the basics. Skip introductions when we talk about <subject>.",
    "Ask me before you share <subject> with <relative>.",
    "From today on I track <subject> in kilograms, so convert pounds without asking.",
    "I always [take the stairs|tip 15 percent|sit in row 12|wear size 39|bring my own cup], so plan with that.",
    "Do not send me notifications about <subject> during <hour>, only afterwards.",
    "Let <relative> know I prefer calls to texts, unless it's about <subject>.",
    "When in doubt between two options, pick the one [with less waste|closer to <place>|that <relative> can"
    " join].",
    "I must have my [glasses|inhaler|blue notebook] on every packing list, please remember that.",
]
