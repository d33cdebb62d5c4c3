"""Everyday notes in eleven languages other than English."""

from __future__ import annotations

__all__ = ["RULES", "TEMPLATES"]

RULES = {
    "de": ["[Mein Bruder|Die Nachbarin|Unser Lehrer|Meine Kollegin|Der Hausarzt]"],
    "de2": ["[morgen Abend|nächste Woche|am Dienstag|nach dem Urlaub|heute Nachmittag]"],
    "es": ["[Mi hermana|El vecino|Nuestra jefa|Mi compañero de piso|La profesora]"],
    "es2": ["[mañana por la tarde|la semana que viene|el martes|después de las vacaciones|esta noche]"],
    "fr": ["[Mon frère|La voisine|Notre professeur|Ma collègue|Le médecin]"],
    "fr2": ["[demain soir|la semaine prochaine|mardi matin|après les vacances|cet après-midi]"],
    "it": ["[Mio fratello|La vicina|Il nostro insegnante|La mia collega|Il dottore]"],
    "it2": ["[domani sera|la settimana prossima|martedì mattina|dopo le vacanze|questo pomeriggio]"],
    "pt": ["[Meu irmão|A vizinha|Nosso professor|Minha colega|O médico]"],
    "pt2": ["[amanhã à noite|na próxima semana|na terça-feira|depois das férias|hoje à tarde]"],
    "nl": ["[Mijn broer|De buurvrouw|Onze leraar|Mijn collega|De huisarts]"],
    "nl2": ["[morgenavond|volgende week|op dinsdag|na de vakantie|vanmiddag]"],
    "pl": ["[Mój brat|Sąsiadka|Nasz nauczyciel|Moja koleżanka|Lekarz]"],
    "pl2": ["[jutro wieczorem|w przyszłym tygodniu|we wtorek|po wakacjach|dziś po południu]"],
    "sv": ["[Min bror|Grannen|Vår lärare|Min kollega|Läkaren]"],
    "sv2": ["[i morgon kväll|nästa vecka|på tisdag|efter semestern|i eftermiddag]"],
    "tr": ["[Kardeşim|Komşumuz|Öğretmenimiz|İş arkadaşım|Doktor]"],
    "tr2": ["[yarın akşam|gelecek hafta|salı günü|tatilden sonra|bu öğleden sonra]"],
    "ru": ["[Мой брат|Соседка|Наш учитель|Моя коллега|Врач]"],
    "ru2": ["[завтра вечером|на следующей неделе|во вторник|после отпуска|сегодня днём]"],
    "ja": ["[弟|隣の人|先生|同僚|お医者さん]"],
    "ja2": ["[明日の夜|来週|火曜日|休暇の後|今日の午後]"],
}

TEMPLATES = [
    "<de> hat gesagt, dass wir <de2> [zusammen kochen|den Vertrag unterschreiben|ins Kino gehen] können,"
    " wenn das Wetter"
    " schlecht ist.",
    "Bitte erinnere mich <de2> daran, [die Rechnung zu bezahlen|das Fahrrad abzuholen|Milch zu kaufen]; ich"
    " vergesse es"
    " sonst wieder.",
    "Ich antworte lieber [kurz und auf Deutsch|mit einer Liste|ohne Fachbegriffe], weil <de> das leichter"
    " versteht.",
    "<es> me contó que <es2> vamos a [cenar en casa|firmar el contrato|visitar el museo] si no llueve.",
    "Recuérdame <es2> que tengo que [pagar la factura|recoger la bicicleta|comprar pan], porque siempre se"
    " me olvida.",
    "Prefiero que me respondas [en español|con una lista corta|sin tecnicismos] cuando hablamos de cocina.",
    "<fr> m'a dit que nous pourrions [dîner ensemble|signer le contrat|aller au marché] <fr2> s'il ne pleut pas.",
    "Rappelle-moi <fr2> de [payer la facture|chercher le vélo|acheter du pain], sinon je vais encore l'oublier.",
    "Je préfère des réponses [courtes|en français|sous forme de liste] quand je pose une question sur mes"
    " voyages.",
    "<it> mi ha raccontato che <it2> possiamo [cenare insieme|firmare il contratto|andare al mare] se c'è"
    " il sole.",
    "Ricordami <it2> di [pagare la bolletta|ritirare la bicicletta|comprare il latte], altrimenti me ne"
    " dimentico.",
    "<pt> disse que <pt2> podemos [jantar juntos|assinar o contrato|ir à praia] se não estiver chovendo.",
    "Lembre-me <pt2> de [pagar a conta|buscar a bicicleta|comprar pão], porque eu sempre esqueço.",
    "<nl> zei dat we <nl2> [samen kunnen eten|het contract kunnen tekenen|naar zee kunnen] als het niet regent.",
    "Herinner me er <nl2> aan dat ik [de rekening moet betalen|de fiets moet ophalen|melk moet kopen].",
    "<pl> powiedział, że <pl2> możemy [zjeść razem kolację|podpisać umowę|pójść do kina], jeśli nie będzie padać.",
    "Przypomnij mi <pl2>, że muszę [zapłacić rachunek|odebrać rower|kupić chleb], bo zawsze o tym zapominam.",
    "<sv> sa att vi kan [äta middag ihop|skriva på avtalet|åka till havet] <sv2> om det inte regnar.",
    "Påminn mig <sv2> om att [betala räkningen|hämta cykeln|köpa mjölk], annars glömmer jag det.",
    "<tr> <tr2> birlikte [yemek yiyebileceğimizi|sözleşmeyi imzalayabileceğimizi|sinemaya gidebileceğimizi]"
    " söyledi.",
    "Bana <tr2> [faturayı ödemeyi|bisikleti almayı|süt almayı] hatırlat, yoksa yine unuturum.",
    "<ru> сказал, что <ru2> мы можем [вместе поужинать|подписать договор|пойти в кино], если не будет дождя.",
    "Напомни мне <ru2>, что нужно [оплатить счёт|забрать велосипед|купить хлеб], иначе я опять забуду.",
    "<ja>は<ja2>に[一緒に夕食を食べよう|契約書に署名しよう|映画を見に行こう]と言っていました。雨が降らなければいいのですが。",
    "<ja2>に[請求書を払う|自転車を取りに行く|牛乳を買う]ことを忘れないように教えてください。",
]
