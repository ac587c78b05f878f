"""German, Dutch, Polish, Czech, Finnish and Turkish mails for `triage bench redact`, by somebody who had not read the rules."""

from __future__ import annotations

CENTRAL: tuple[tuple[str, str], ...] = (
    ("de", """Wo bleibt mein Paket {tracking}? Seit {day} nichts mehr gehört. {sender}"""),
    (
        "de",
        """Sehr geehrte Damen und Herren,

hiermit widerrufe ich den Vertrag über {product} (Bestellung {order} vom {day}). Die Ware hat mein Nachbar, Herr {surname2},
angenommen, und er gibt sie auch wieder heraus. Abholung bitte bei:

{other}
{address.block}

Den Betrag von {amount} überweisen Sie bitte auf {iban}, Kontoinhaberin ist meine Frau {other2}.

Mit freundlichen Grüßen
{sender}""",
    ),
    (
        "de",
        """moin, {first.lower} hier. mein kumpel {given.lower} hat euren code {secret} bekommen, bei mir kam nix. \
handy {phone}. danke""",
    ),
    (
        "de",
        """Guten Tag Frau Dr. {surname},

wie eben mit Ihrem Kollegen {staff} besprochen, hier die Daten unserer neuen Mitarbeiter:
- {other2}, geb. {birth}, Steuer-ID {national}
- {double}, Durchwahl {phone}
Die Rechnung {invoice} ({amount}) begleichen wir nächste Woche.

{initial}
Leiter Einkauf
{company}
{address.block}
Tel. {phone2}, E-Mail {email2}""",
    ),
    (
        "de",
        """Ich verstehe nicht, warum {given} eine Mahnung bekommt, obwohl {invoice} am {day} bezahlt wurde. Von welchem Konto? Von
diesem: {iban}. Frau {surname} ist 84 und hat sich sehr aufgeregt.""",
    ),
    (
        "de",
        """Von: {other} [mailto:{email}]
Gesendet: {day}
An: {sender}
Betreff: AW: Störung {ticket}

Hallo {first},
der Techniker kommt nur, wenn jemand aufsperrt. Ich bin im Urlaub, frag bitte {other2}. Der Schlüssel liegt bei uns in der
{address}.
Gruß {given}""",
    ),
    (
        "de",
        """Lieferadresse geändert!!! NEU: {other.upper}, {address}. Nicht mehr an die alte, da wohnt jetzt {other2}. \
Bestellnr. {order}""",
    ),
    (
        "de",
        """Servus, die Kreditkarte {card} läuft ab, die neue ist {card2}. Sie gehört {other}, nicht mir. Bitte bei allen
drei Verträgen hinterlegen, sonst geht {product} wieder offline wie nach {version}. LG {first}""",
    ),
    (
        "de",
        """Bewerbung um die Lehrstelle

Mein Name ist {sender}, ich wurde am {birth} geboren und wohne in {address}. Zurzeit mache ich ein Praktikum bei {company};
Auskunft gibt gerne {other} unter {phone}. Ihre Anzeige fand ich auf {url}.""",
    ),
    (
        "de",
        """Vereinsbestellung, bitte auf vier Personen aufteilen:
{other.reversed}; {amount}
{other2}; {amount2}
{double}; 35 Euro
{initial}; 35 Euro
Rechnung wie {invoice2} an die Kassierin, {email}.""",
    ),
    ("de", """Passwort vergessen. Das alte war {secret}, Benutzer {mine}. Der Link {link} geht nicht."""),
    (
        "nl",
        """Beste mensen,

Vorige week heeft {other} bij ons een {product} geplaatst. Sindsdien valt het licht uit. Kan {given} nog een keer langskomen? Wij
wonen op {address}, bellen kan naar {phone}. Het gaat om order {order}.

Groetjes,
{sender}""",
    ),
    ("nl", """geld nog steeds niet terug!! {amount} sinds {day}. rekening {iban} t.n.v. {other.initial}. {first.lower}"""),
    (
        "nl",
        """Geachte heer {surname},

Voor de loonadministratie van {company} stuur ik u het BSN van mevrouw {other2}: {national}. Zij is geboren op {birth}. De
factuur {invoice} mag naar {email}.

Hoogachtend,
{initial}""",
    ),
    (
        "nl",
        """Op {day} schreef {other} <{email}>:
> Pakket {tracking} is bezorgd bij de buren, {double}, maar die weten van niks.
> Graag actie, zaak {ticket}.

Ter info, {first}""",
    ),
    (
        "nl",
        """Wachtwoord van de router is {secret}, dan kan {staff} op afstand meekijken. Versie {version}. Als het niet lukt
bel dan mijn man {given2} op {phone}.""",
    ),
    (
        "nl",
        """Bestelformulier
Naam: {other}
Adres: {address.block}
Tel: {phone}
Creditcard: {card}
Aantal: 3 stuks {product}, totaal {amount}
Opmerking: afleveren bij {other2} als wij er niet zijn""",
    ),
    (
        "pl",
        """Dzień dobry,

zamówienie {order} miało przyjść {day}, a kurier zostawił paczkę {tracking} w innym bloku. Odebrała ją pani {other}. Proszę o
kontakt telefoniczny: {phone}. Mój adres to {address}.

Pozdrawiam
{sender}""",
    ),
    ("pl", """kiedy zwrot?? {amount} na konto {iban}, {sender.lower}"""),
    (
        "pl",
        """Szanowni Państwo,

proszę o korektę faktury {invoice}. Zamiast {company} powinno być:
{other}
{address.block}
Osoba do kontaktu: {double}, {email}, tel. {phone}.

Z poważaniem
{initial}
Dział Księgowości""",
    ),
    (
        "pl",
        """Po aktualizacji do {version} urządzenie {product} nie łączy się z siecią. {other2} próbował już wszystkiego, co jest na
stronie {url}. Klucz API to {secret}. Zgłoszenie {ticket} wisi od tygodnia.

{first}""",
    ),
    (
        "pl",
        """Zapłaciłem kartą {card}, ale właścicielem karty jest mój brat {other}. Czy {given} musi wysłać skan? Mieszka w
Niemczech, jego Steuer-ID to {national}, urodzony {birth}.""",
    ),
    (
        "cs",
        """Dobrý den,

objednal jsem {product}, číslo objednávky {order}, a dodnes nic. Zásilku {tracking} prý převzal {other}, toho ale neznám.
Bydlím na adrese {address}. Volejte prosím {phone}.

S pozdravem
{sender}""",
    ),
    ("cs", """vraťte mi {amount}, faktura {invoice}, účet {iban}. {first.lower}"""),
    (
        "cs",
        """Předávám zprávu od kolegy:

> Jmenuji se {other} a od {day} nemám přístup. E-mail {email}, heslo {secret}.
> Zkoušela to i {other2}, verze {version}.

Děkuji, {sender}, {company}""",
    ),
    (
        "fi",
        """Hei,

tilasin teiltä kaksi anturia ({order}), mutta paketti {tracking} palautui lähettäjälle. Naapurini {other} olisi ollut kotona koko
päivän. Osoite on {address} ja puhelin {phone}. Voitteko lähettää uudelleen?

Terveisin
{sender}""",
    ),
    ("fi", """moi, lasku {invoice} on väärin, pitäis olla {amount}. soita {given.lower} numeroon {phone}. t. {first.lower}"""),
    (
        "fi",
        """Hyvä asiakaspalvelu,

yhteyshenkilömme vaihtuu: {other2} jää eläkkeelle ja tilalle tulee {double}, sähköposti {email}. Palautus {amount} tilille {iban},
saaja {other.upper}. Tiketti {ticket}.

Ystävällisin terveisin
{initial}
{company}""",
    ),
    (
        "tr",
        """Merhaba,

{day} tarihinde verdiğim {order} numaralı sipariş hâlâ gelmedi. Kargo {tracking}. Annem {other} evde bekliyor, adresi: {address}.
{given}'in telefonu {phone}.

Teşekkürler
{sender}""",
    ),
    ("tr", """paramı iade edin artık!! {amount}, iban {iban}, {other2} adına. {first.lower}"""),
    (
        "tr",
        """Sayın yetkili,

{product} cihazımız {version} güncellemesinden sonra açılmıyor. Teknik sorumlumuz {other} size {email} adresinden yazmıştı, kayıt
{ticket}. Kredi kartı {card} ile ödenen {invoice} faturasının iptalini rica ederiz.

Saygılarımla,
{initial}
{company}
Tel: {phone}""",
    ),
)
