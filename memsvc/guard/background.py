"""Ordinary notes of all sorts: what a text may resemble although its namespace holds nothing like it yet."""

from __future__ import annotations

from typing import Final

__all__ = ["background_texts", "ordinary_ends"]

_ORDINARY_ENDS: Final = (
    "we had dinner with some friends at the new place",
    "my brother called and said that he would come on Sunday",
    "the meeting was moved, so I went home a little earlier",
    "I have been thinking about it since the last holiday",
    "thanks a lot, that is really helpful for the project",
    "she works for a small company on the other side of town",
    "can you tell me a bit more about how that would work",
    "it rained the whole day and we watched an old film",
)
"""Ordinary texts of about a dozen pieces, none about anything that a question would be about."""
_MORE_ENDS: Final = 40
_FEWEST_WORDS, _MOST_WORDS = 7, 18

_LIVED: Final = (
    "coffee with oat milk", "spicy food", "fish and shellfish", "red wine", "a gluten-free diet",
    "baking bread",
    "my sister's wedding", "my parents", "my husband", "my daughter's school", "our dog", "my two cats",
    "the dentist", "back pain", "an allergy to nuts", "my blood pressure", "sleeping badly", "going to the gym",
    "running a marathon", "yoga in the morning", "football on Saturday", "swimming", "hiking in the mountains",
    "riding a bicycle", "a trip to Japan", "a holiday at the sea", "the flight to New York",
    "the train to Paris",
    "our new flat", "the rent", "the kitchen", "the garden and the tomatoes", "the car and its tyres",
    "saving money", "taxes", "my new job", "a job interview", "my boss", "working from home",
    "learning Spanish",
    "piano lessons", "rock concerts", "classical music", "a novel about the war", "science fiction films",
    "painting with watercolours", "photography", "video games", "knitting", "volunteering at the shelter",
    "a birthday party", "a present for my friend", "the divorce", "a funeral", "moving to another city",
    "my phone and its battery", "my religion", "politics and the election", "short answers in plain language",
    "metric units", "vegetarian recipes", "chess", "birds and wild animals", "the weather and the storm",
)  # fmt: skip
_LIVED_FORMS: Final = (
    "I prefer {}, please remember that.", "I really don't like {}.",
    "My partner and I talked about {} yesterday.",
    "Could you give me some advice about {}?", "Last week there was a problem with {}.",
)  # fmt: skip
_WORKED: Final = (
    "the login service", "the payment gateway", "the database", "the search index", "the mail server",
    "the web shop", "the mobile app", "the data pipeline", "the cluster", "the backup", "the message queue",
    "the monitoring dashboard", "the certificate", "the network and the firewall", "the build",
    "the test suite",
    "the customer's order", "the invoice", "the contract", "the budget", "the marketing campaign",
    "the quarterly report", "the new hire", "the design of the logo", "the warehouse", "the delivery",
    "the printer", "the patient's chart", "the insurance claim", "the lesson plan", "the spreadsheet",
)  # fmt: skip
_WORKED_FORMS: Final = (
    "2026-02-14 08:31:07 ERROR {} timed out after 30 s, connection to 192.168.1.20:8080 refused (id 9f3c2a)",
    "When {} fails: look at the logs, restart it, roll the last change back and call the person on duty.",
    "Ticket 48213, {}: open, high priority, waiting for an answer, assigned to David.",
    "Meeting of 3 May with Laura, Paul and Chen: {} is postponed; Paul writes a plan until Friday.",
    "Deployed version 4.2.1 with a fix for {} to production, all checks green.",
    "Hello, thank you for your message about {}. We will get back to you within two days. Kind regards",
)  # fmt: skip
_ASKED: Final = (
    "ancient Rome", "the Second World War", "a president of the United States", "the Olympic Games",
    "DNA", "cells", "planets and stars", "the human heart", "a famous painter", "a pop singer",
    "an actor in a film",
    "Shakespeare", "the Bible", "Islam", "Buddhism", "whales", "snakes", "dogs and wolves", "volcanoes",
    "the Amazon river",
    "China", "India", "Russia", "Germany", "Mexico", "Africa", "an electric car", "aeroplanes", "the internet",
    "a programming language", "chemistry", "mathematics", "money and banks", "a law court", "police and prison",
    "slavery", "medicine", "a virus", "sugar and fat", "beer", "cheese", "rice", "baseball", "basketball",
    "a king of England", "a superhero", "a cartoon", "Christmas", "a university",
)  # fmt: skip
_ASKED_FORMS: Final = (
    "Is it true what people say about {}?", "Could {} have existed a thousand years ago?",
    "Here is a short text on {} for your class.",
)  # fmt: skip
_HANDLED: Final = (
    "the coffee machine", "a bicycle", "the boiler", "a lawn mower", "the dishwasher", "a laptop", "a phone",
    "the printer", "an engine", "the air conditioning", "a parcel", "the server", "a database", "a spreadsheet",
    "an account", "a passport", "a visa", "a loan", "a rental car", "a hotel room", "a wound",
    "a tablet of medicine",
    "a cake", "a soup", "a tent", "a roof", "a wall", "a garden bed", "an aquarium", "a baby",
)  # fmt: skip
_HANDLED_FORMS: Final = (
    "First switch it off and open the lid; then take out {}, check each part and put it back.",
    "1. Prepare {}. 2. Follow the steps in order. 3. Test the result. 4. Tell the person in charge.",
    "Notice to all staff: please lock up, sign the list and report at once whatever is wrong with {}.",
    "Terms: {} may be returned within 14 days in its original box; shipping is paid by the buyer.",
    "In this newsletter: news about {}, an interview, and five tips for beginners.",
)  # fmt: skip
_FORMAL: Final = (
    "Best wishes, Eleanor Whitcombe, Senior Consultant, Brook and Sons Ltd, 22 Mill Lane, Leeds, +44 113 496 0000",
    "--\nDr. Jonas Feld | Department of Physics | University of Graz | Office 214 | www.example.edu/feld",
    "This e-mail is confidential. If you are not the addressee, please delete it and inform the sender.",
    "Registered office: 8 High Street. Company number 0123456. VAT GB 123 4567 89. All rights reserved.",
    "Receipt 00871: 2 x tea 5.80, 1 x sandwich 4.20, total 10.00, paid by card ending 1234. Thank you!",
    "Your booking is confirmed: arrival 12 August, two nights, one double room, breakfast included, code QX7P2.",
    "Unsubscribe from this list | Update your preferences | View in your browser",
    "Changes in 2.3: faster start, fewer crashes, new icons, support for two more languages.",
    "Wanted: nurse for night shifts, full time, good pay, apply with CV and references by the end of June.",
    "Take one tablet twice a day with water after meals; do not drive; ask your doctor if you are pregnant.",
    "Chop the onion, fry it in butter, add rice and stock, stir for twenty minutes, serve with cheese.",
    "Tomorrow cloudy with rain in the west, wind from the north, 9 to 14 degrees, sunny on Sunday.",
    "City beat United 3-1 away; two goals by the captain, one red card, 41,000 spectators.",
    "Agenda: welcome, minutes of the last meeting, finances, election of the board, any other business.",
    "Password expired. Choose a new one with 12 characters, sign in again and enrol your second factor.",
    "For sale: oak table with six chairs, good condition, 250 or best offer, collection only, no returns.",
    "Warning: hot surface. Keep away from children. Unplug before cleaning. Do not immerse in water.",
    "Gate 14 closes at 10:55. Please have your boarding pass and passport ready.",
    "Worker 3 exited with code 137; restarted automatically after 5 s; queue length 1204; errno 104.",
    "pod api-7c9d restarted, memory 512Mi of 512Mi, OOMKilled, last state terminated at 02:14:55Z",
)  # fmt: skip
_FOREIGN: Final = (
    "Ich habe morgen um neun einen Termin beim Zahnarzt.", "Meine Schwester mag keinen Fisch, lieber Nudeln.",
    "Wir fahren im Sommer mit dem Zug ans Meer.", "Je préfère le café sans sucre, merci de t'en souvenir.",
    "Demain je vais chez le médecin avec ma fille.", "Nous avons acheté une maison près de Nantes.",
    "Prefiero el té por la mañana y no como carne.", "Mi hermana se casa en octubre en Sevilla.",
    "¿Puedes recordarme la reunión del lunes?", "Preferisco viaggiare in treno, non mi piace volare.",
    "Domani devo portare il cane dal veterinario.", "Ik wil graag een tafel voor twee personen reserveren.",
    "Jag tycker om att åka skidor med mina barn.", "Wolę herbatę bez cukru i nie jem mięsa.",
    "Prefiro café forte e acordo cedo todos os dias.", "Sabahları kahve içerim, et yemem.",
    "Я люблю чай без сахара и не ем мясо.", "В понедельник у нас встреча с клиентом.",
    "私は肉を食べません。コーヒーが好きです。",
    "明日、病院に行く予定です。",
    "我喜欢喝茶,不吃辣。", "明天上午九点开会。",
    "저는 커피를 좋아하고 고기는 먹지 않아요.", "أحب الشاي ولا آكل اللحم.", "मुझे चाय पसंद है और मैं मांस नहीं खाता।",
)  # fmt: skip
_TYPED: Final = (
    "SELECT name, sum(amount) FROM sales WHERE year = 2025 GROUP BY name ORDER BY 2 DESC LIMIT 10;",
    "import numpy as np; x = np.zeros((3, 4)); print(x.shape)",
    "if (user == null) { return response.status(404); }",
    "git checkout -b fix/timeout && git commit -am 'Raise the timeout'",
    "sudo apt-get install -y python3-pip curl",
    "export API_URL=https://api.example.org/v2 && ./run.sh --verbose",
    '{"name": "test", "value": 42, "tags": []}',
    "Traceback (most recent call last): File 'main.py', line 10, in <module> KeyError: 'id'",
    "docker compose up -d --build; kubectl rollout restart deployment/web",
    "tel. 030 555 01 23, mail@example.org",
    "Room 4.12, Tuesday 14:00-15:30, code 771204", "1. eggs 2. milk 3. butter 4. onions 5. rice",
    "| name | qty | price |\n| pen | 3 | 1.20 |", "https://www.example.com/a/b?id=123&lang=en",
)  # fmt: skip


_SORTS: Final = (
    (_LIVED, _LIVED_FORMS),
    (_WORKED, _WORKED_FORMS),
    (_ASKED, _ASKED_FORMS),
    (_HANDLED, _HANDLED_FORMS),
)


def background_texts() -> tuple[str, ...]:
    """Return about 850 texts: wishes, questions, records of work, manuals, mail, other languages, code."""
    made = [form.format(topic) for topics, forms in _SORTS for topic in topics for form in forms]
    return (*made, *_FORMAL, *_FOREIGN, *_TYPED)


def ordinary_ends() -> tuple[str, ...]:
    """Return 48 texts as long as a window, from all sorts alike: what pieces of notes are compared with."""
    fitting = [text for text in background_texts() if _FEWEST_WORDS <= len(text.split()) <= _MOST_WORDS]
    return (*_ORDINARY_ENDS, *(fitting[place * len(fitting) // _MORE_ENDS] for place in range(_MORE_ENDS)))
