"""Sentences in several languages, from frames and words of everyday life."""
from .frequent import FREQUENT

TONGUES = {
    "English": ("The {n} is [very|really|not] {a}.", "Where can I find the {n}?", "I would like to [buy|see|have] the {n}.", "We [went|walked] to the {n} yesterday.", "[Please|Could you] bring me the {n}.", "My {n} is {a} and your {m} is too.", "What time does the {n} open?", "There is no {n} without a {m}.", "[house car garden book city water friend school work train]", "[big small old new beautiful expensive good cold]"),
    "German": ("Der {n} ist [sehr|nicht|wirklich] {a}.", "Wo [finde ich|ist] das {n}?", "Ich möchte [gern|bitte] die {n} [kaufen|sehen].", "Wir sind gestern [zum|mit dem] {n} gegangen.", "[Bitte|Könnten Sie] bringen Sie mir die {n}.", "Mein {n} ist {a} und dein {m} auch.", "Wann öffnet das {n}?", "Es gibt kein {n} ohne {m}, aber das ist nicht schlimm.", "[Haus Auto Garten Buch Stadt Wasser Freund Schule Arbeit Zug Rechnung Bestellung]", "[groß klein alt neu schön teuer gut kalt]"),
    "French": ("Le {n} est [très|vraiment|pas] {a}.", "Où est [le|la] {n} ?", "Je voudrais [acheter|voir|avoir] [le|la] {n}.", "Nous sommes allés [à la|au] {n} hier.", "[S'il vous plaît|Pouvez-vous], apportez-moi la {n}.", "Mon {n} est {a} et ton {m} aussi.", "À quelle heure ouvre le {n} ?", "Il n'y a pas de {n} sans {m}, mais ce n'est pas grave.", "[maison voiture jardin livre ville eau ami école travail train facture commande]", "[grand petit vieux nouveau beau cher bon froid]"),
    "Spanish": ("El {n} es [muy|realmente|no tan] {a}.", "¿Dónde está [el|la] {n}?", "Me gustaría [comprar|ver|tener] [el|la] {n}.", "Ayer fuimos [al|a la] {n} con los niños.", "[Por favor|Disculpe], tráigame la {n}.", "Mi {n} es {a} y tu {m} también.", "¿A qué hora abre el {n}?", "No hay {n} sin {m}, pero no importa.", "[casa coche jardín libro ciudad agua amigo escuela trabajo tren factura pedido]", "[grande pequeño viejo nuevo bonito caro bueno frío]"),
    "Italian": ("Il {n} è [molto|davvero|non tanto] {a}.", "Dove si trova [il|la] {n}?", "Vorrei [comprare|vedere|avere] [il|la] {n}.", "Ieri siamo andati [al|alla] {n} con gli amici.", "[Per favore|Scusi], mi porti la {n}.", "Il mio {n} è {a} e anche il tuo {m}.", "A che ora apre il {n}?", "Non c'è {n} senza {m}, ma non fa niente.", "[casa macchina giardino libro città acqua amico scuola lavoro treno fattura ordine]", "[grande piccolo vecchio nuovo bello caro buono freddo]"),
    "Portuguese": ("O {n} é [muito|realmente|não tão] {a}.", "Onde fica [o|a] {n}?", "Eu gostaria de [comprar|ver|ter] [o|a] {n}.", "Ontem nós fomos [ao|à] {n} com as crianças.", "[Por favor|Desculpe], traga-me a {n}.", "O meu {n} é {a} e o seu {m} também.", "A que horas abre o {n}?", "Não há {n} sem {m}, mas não faz mal.", "[casa carro jardim livro cidade água amigo escola trabalho trem fatura pedido]", "[grande pequeno velho novo bonito caro bom frio]"),
    "Dutch": ("De {n} is [heel|echt|niet] {a}.", "Waar is [het|de] {n}?", "Ik wil [graag|liever] de {n} [kopen|zien].", "Wij zijn gisteren naar het {n} gegaan.", "[Alstublieft|Kunt u] mij de {n} brengen.", "Mijn {n} is {a} en jouw {m} ook.", "Hoe laat gaat het {n} open?", "Er is geen {n} zonder {m}, maar dat geeft niet.", "[huis auto tuin boek stad water vriend school werk trein rekening bestelling]", "[groot klein oud nieuw mooi duur goed koud]"),
    "Polish": ("{n} jest [bardzo|naprawdę|nie tak] {a}.", "Gdzie jest {n}?", "Chciałbym [kupić|zobaczyć] {n}.", "Wczoraj poszliśmy do {n} z dziećmi.", "[Proszę|Przepraszam], proszę mi przynieść {n}.", "Mój {n} jest {a}, a twój {m} też.", "O której otwiera się {n}?", "Nie ma {n} bez {m}, ale to nic.", "[dom samochód ogród książka miasto woda przyjaciel szkoła praca pociąg faktura]", "[duży mały stary nowy piękny drogi dobry zimny]"),
    "Swedish": ("Den här {n} är [mycket|verkligen|inte så] {a}.", "Var ligger {n}?", "Jag skulle vilja [köpa|se] en {n}.", "Vi gick till {n} i går med barnen.", "[Snälla|Kan du] ge mig en {n}.", "Min {n} är {a} och din {m} också.", "När öppnar {n}?", "Det finns ingen {n} utan {m}, men det gör inget.", "[hus bil trädgård bok stad vatten vän skola arbete tåg faktura beställning]", "[stor liten gammal ny vacker dyr god kall]"),
    "Turkish": ("Bu {n} [çok|gerçekten|pek] {a}.", "{n} nerede?", "Bir {n} [almak|görmek] istiyorum.", "Dün çocuklarla {n} gittik.", "[Lütfen|Acaba] bana bir {n} getirin.", "Benim {n} {a}, senin {m} de öyle.", "{n} saat kaçta açılıyor?", "{m} olmadan {n} olmaz ama önemli değil.", "[ev araba bahçe kitap şehir su arkadaş okul iş tren fatura sipariş]", "[büyük küçük eski yeni güzel pahalı iyi soğuk]"),
}


def spoken(w, tongue: str) -> str:
    *frames, nouns, adjectives = TONGUES[tongue]
    nouns, adjectives = nouns[1:-1].split(), adjectives[1:-1].split()
    parts = []
    for _ in range(w.pick([1, 1, 2, 3])):
        if w.chance(0.45):  # no sentence, but the words of one
            text = " ".join(w.sample(FREQUENT[tongue].split() + nouns, w.number(4, 13)))
            parts.append(text[0].upper() + text[1:] + w.pick([".", ".", "?", "!"]))
            continue
        n, m = w.sample(nouns, 2)
        text = w.expand(w.pick(frames), {"n": n, "m": m, "a": w.pick(adjectives)})
        parts.append(text[0].upper() + text[1:])
    return " ".join(parts)
