"""Ordinary notes of all sorts: what a text may resemble although its namespace holds nothing like it yet."""

from __future__ import annotations

from typing import Final

__all__ = ["background_texts"]

_LIVED: Final = (
    "coffee with oat milk", "spicy food", "fish and shellfish", "red wine", "a gluten-free diet", "baking bread",
    "my sister's wedding", "my parents", "my husband", "my daughter's school", "our dog", "my two cats",
    "the dentist", "back pain", "an allergy to nuts", "my blood pressure", "sleeping badly", "going to the gym",
    "running a marathon", "yoga in the morning", "football on Saturday", "swimming", "hiking in the mountains",
    "riding a bicycle", "a trip to Japan", "a holiday at the sea", "the flight to New York", "the train to Paris",
    "our new flat", "the rent", "the kitchen", "the garden and the tomatoes", "the car and its tyres",
    "saving money", "taxes", "my new job", "a job interview", "my boss", "working from home", "learning Spanish",
    "piano lessons", "rock concerts", "classical music", "a novel about the war", "science fiction films",
    "painting with watercolours", "photography", "video games", "knitting", "volunteering at the shelter",
    "a birthday party", "a present for my friend", "the divorce", "a funeral", "moving to another city",
    "my phone and its battery", "my religion", "politics and the election", "short answers in plain language",
    "metric units", "vegetarian recipes", "chess", "birds and wild animals", "the weather and the storm",
)  # fmt: skip
_LIVED_FORMS: Final = (
    "I prefer {}, please remember that.", "I really don't like {}.", "My partner and I talked about {} yesterday.",
    "Could you give me some advice about {}?", "Last week there was a problem with {}.",
)  # fmt: skip
_WORKED: Final = (
    "the login service", "the payment gateway", "the database", "the search index", "the mail server",
    "the web shop", "the mobile app", "the data pipeline", "the cluster", "the backup", "the message queue",
    "the monitoring dashboard", "the certificate", "the network and the firewall", "the build", "the test suite",
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
    "ancient Rome", "the Second World War", "a president of the United States", "the Olympic Games", "cells and DNA",
    "planets and stars", "the human heart", "a famous painter", "a pop singer", "an actor in a film", "Shakespeare",
    "the Bible", "Islam", "Buddhism", "whales", "snakes", "dogs and wolves", "volcanoes", "the Amazon river",
    "China", "India", "Russia", "Germany", "Mexico", "Africa", "an electric car", "aeroplanes", "the internet",
    "a programming language", "chemistry", "mathematics", "money and banks", "a law court", "police and prison",
    "slavery", "medicine", "a virus", "sugar and fat", "beer", "cheese", "rice", "baseball", "basketball",
    "a king of England", "a superhero", "a cartoon", "Christmas", "a university",
)  # fmt: skip
_ASKED_FORMS: Final = (
    "Is it true what people say about {}?", "Could {} have existed a thousand years ago?",
    "Here is a short text on {} for your class.",
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
    "私は肉を食べません。コーヒーが好きです。", "明日、病院に行く予定です。", "我喜欢喝茶,不吃辣。", "明天上午九点开会。",
    "저는 커피를 좋아하고 고기는 먹지 않아요.", "أحب الشاي ولا آكل اللحم.", "मुझे चाय पसंद है और मैं मांस नहीं खाता।",
)  # fmt: skip
_TYPED: Final = (
    "SELECT name, sum(amount) FROM sales WHERE year = 2025 GROUP BY name ORDER BY 2 DESC LIMIT 10;",
    "import numpy as np; x = np.zeros((3, 4)); print(x.shape)", "if (user == null) { return response.status(404); }",
    "git checkout -b fix/timeout && git commit -am 'Raise the timeout'", "sudo apt-get install -y python3-pip curl",
    "export API_URL=https://api.example.org/v2 && ./run.sh --verbose", '{"name": "test", "value": 42, "tags": []}',
    "Traceback (most recent call last): File 'main.py', line 10, in <module> KeyError: 'id'",
    "docker compose up -d --build; kubectl rollout restart deployment/web", "tel. 030 555 01 23, mail@example.org",
    "Room 4.12, Tuesday 14:00-15:30, code 771204", "1. eggs 2. milk 3. butter 4. onions 5. rice",
    "| name | qty | price |\n| pen | 3 | 1.20 |", "https://www.example.com/a/b?id=123&lang=en",
)  # fmt: skip


def background_texts() -> tuple[str, ...]:
    """Return about 700 texts: preferences, requests, questions, records of work, other languages, code."""
    made = [
        form.format(topic)
        for topics, forms in ((_LIVED, _LIVED_FORMS), (_WORKED, _WORKED_FORMS), (_ASKED, _ASKED_FORMS))
        for topic in topics
        for form in forms
    ]
    return (*made, *_FOREIGN, *_TYPED)
