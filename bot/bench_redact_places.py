"""Uncommon names, invented streets and the telephones of twelve languages, for `triage bench redact`."""

from __future__ import annotations

#: Locales of Faker for half of the phones and addresses, none of which the trainer uses where there is another.
PLACES: dict[str, tuple[str, ...]] = {
    "en": ("en_AU", "en_CA", "en_NZ"),
    "de": ("de_AT", "de_CH"),
    "fr": ("fr_CH", "fr_CA"),
    "es": ("es_MX", "es_AR", "es_CL", "es_CO"),
    "it": ("it_IT",),
    "nl": ("nl_BE",),
    "pt": ("pt_PT",),
    "pl": ("pl_PL",),
    "fi": ("fi_FI",),
    "cs": ("cs_CZ",),
    "tr": (),  # its addresses are American ones with Turkish words
    "ro": ("ro_RO",),
}
#: Locales of Faker for a third of the names.
PEOPLE = ("fi_FI", "hu_HU", "ro_RO", "tr_TR", "hr_HR", "cs_CZ", "sl_SI", "et_EE", "lv_LV", "id_ID")
GIVEN = (
    *("Ottoline", "Thaddeus", "Ysolde", "Peregrine", "Zephyrine", "Eskil", "Rhydderch", "Maelys", "Anselmo", "Iduna", "Tjark"),
    *("Wiebke", "Calixte", "Bertille", "Nuño", "Xiomara", "Fiorenza", "Gualtiero", "Joost", "Maartje", "Lourenço", "Benedita"),
    *("Zdzisława", "Bogumił", "Tuulikki", "Väinö", "Bohdana", "Oldřich", "Gülriz", "Tanju", "Smaranda", "Dragoș", "Oluwaseun"),
    *("Nkechi", "Siobhán", "Caoimhe", "Parveen", "Xiulan", "Hinemoa", "Jean-Loup", "Anne-Sophie", "Lior", "Sunniva", "Bastiaan"),
)
SURNAMES = (
    *("Abernethwaite", "Quillfeather", "Vandermosten", "Hollerbusch", "Quendelmeier", "Trautsohn", "Montclairval", "d'Arbessac"),
    *("Peyrelongue", "Echezabaleta", "Villarcayón", "Castelbrando", "Sambuceti", "Terpstraten", "van den Heuvelrug"),
    *("Figueirinhas", "Mascarelhos", "Dzwonkiewicz", "Przybyłczyk", "Haukkavuori", "Kivelänmäki", "Zahrádníčková", "Podhorský"),
    *("Karataşlı", "Demirkazan", "Brâncovici", "Ungureșteanu", "Okonjimo", "McTavendale", "O'Branagh", "Lindqvarn"),
    *("Szentmártoni", "Nakamorita", "Fairweather", "Winterbourne", "von Ahlersdorf", "Chaudhrani", "Nguyễn-Lam", "de Wachtere"),
)
#: Names of streets, of towns, and how an address is written: 9 is a digit, @ the street, % the town.
STREETS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        ("Tanglewood", "Old Mill", "Hazelmere", "Copperfield", "St Brannoc's"),
        ("Wexcombe", "Port Ellery", "Marlow Bridge"),
        (
            "9999 @ Rd, Apt 9B, %, OR 97999",
            "Flat 3, 99 @ Crescent, % BS9 9QT",
            "9 @ Lane, %, YO99 9LD",
            "PO Box 999, %, TX 78999",
        ),
    ),
    "de": (
        ("Linden", "Amsel", "Kirchberg", "Obere Mühl", "Gerber"),
        ("Hollerstedt", "Bad Wiesenau", "Unterquell"),
        ("@straße 99, 79999 %", "@str. 9b, D-39999 %", "@weg 99/9/99, A-4999 %", "@gasse 9, 8999 %"),
    ),
    "fr": (
        ("des Tilleuls", "du Vieux-Moulin", "de la Poterne", "Haute"),
        ("Saint-Orlac", "Villebreuil", "Les Essarts-le-Duc"),
        ("99 bis, rue @, 69999 %", "9 avenue @, Bât. C, 33999 %", "99, chemin @, 1299 %"),
    ),
    "es": (
        ("del Olmo", "de los Tejedores", "Mayor", "Fuente Nueva"),
        ("Villaserena", "Montalbarejo", "Puerto Lirio"),
        ("C/ @, 99, 3.º B, 28999 %", "Calle @ 9, bajo izq., 46999 %", "Avda. @, n.º 999, 41999 %"),
    ),
    "it": (
        ("dei Mulini", "San Gervaso", "Roccabianca", "delle Magnolie"),
        ("Castelfiorito", "Borgo Sereno", "Montelupara"),
        ("Via @ 99/A, 29999 % (MI)", "Piazza @ 9, 19999 %", "Viale @, 99 - 39999 % (BZ)"),
    ),
    "nl": (
        ("Kastanje", "Oude Haven", "Wilgen", "Molen"),
        ("Westerlo aan Zee", "Nieuwerbrug", "Zandwoude"),
        ("@straat 99-2, 3999 KT %", "@laan 9a, 1999 XB %", "@kade 999 hs, 5999AB %"),
    ),
    "pt": (
        ("das Amoreiras", "do Poço Novo", "Nova da Eira"),
        ("Vila Serena", "Aldeia do Cabeço"),
        ("Rua @, n.º 99, 2.º Esq., 2999-999 %", "Travessa @ 9, 4999-999 %", "Av. @, lote 9, 1999-999 %"),
    ),
    "pl": (
        ("Lipowa", "Stary Młyn", "Kwiatowa", "Rzemieślnicza"),
        ("Zawoja Górna", "Brzozowice", "Nowa Wólka"),
        ("ul. @ 99/9, 39-999 %", "@ 9 m. 99, 09-999 %", "os. @ 9/99, 69-999 %"),
    ),
    "fi": (
        ("Kuusi", "Myllypuron", "Ranta", "Vanhamaan"),
        ("Kaisaranta", "Ylä-Kivijoki"),
        ("@katu 9 B 99, 00999 %", "@tie 99, FI-33999 %", "@polku 9 as. 9, 90999 %"),
    ),
    "cs": (
        ("Lipová", "Ke Mlýnu", "Na Výsluní"),
        ("Horní Javorná", "Březůvky"),
        ("@ 99/999, 199 99 %", "@ 9, 69999 %"),
    ),
    "tr": (
        ("Gülbahçe", "Yenikonak", "Çamlıdere"),
        ("Kadıdere", "Akçaköyü"),
        ("@ Mah. 99. Sok. No: 9/9, 34999 % / İstanbul", "@ Caddesi No:99 D:9, 06999 %", "@ Mahallesi, Lale Sokak 9, Daire 9, %"),
    ),
    "ro": (
        ("Teiului", "Morii Vechi", "Cireșilor"),
        ("Valea Sărată", "Poiana Nouă"),
        ("Str. @ nr. 99, bl. C9, sc. 2, ap. 99, 409999 %", "Aleea @ 9, %, jud. Cluj, 409999"),
    ),
}
PHONES = {
    "en": (
        "+1 (503) 555-9999",
        "07799 999999",
        "0161 496 9999",
        "555.999.9999",
        "(020) 7946 9999",
        "+353 87 999 9999",
        "1-415-555-9999",
    ),
    "de": ("0151 / 999 99 999", "+49 (0)30 9999-999", "0043 664 9999999", "079 999 99 99", "089/9999999", "+49 171 9999999"),
    "fr": ("06.99.99.99.99", "+33 (0)6 99 99 99 99", "0699999999", "02 99 99 99 99"),
    "es": ("699 999 999", "+34 699-999-999", "91 999 99 99", "0034 699999999"),
    "it": ("347 9999999", "+39 02 9999 9999", "333/9999999", "+39 3499999999"),
    "nl": ("06-99999999", "+31 6 9999 9999", "020 999 99 99", "0499/99.99.99"),
    "pt": ("912 999 999", "+351 919 999 999", "219999999"),
    "pl": ("+48 509 999 999", "22 999 99 99", "609-999-999", "509999999"),
    "fi": ("040 999 9999", "+358 50 999 9999", "09-9999999"),
    "cs": ("+420 603 999 999", "777 999 999", "00420 723999999"),
    "tr": ("0532 999 99 99", "+90 (532) 999 99 99", "05329999999"),
    "ro": ("0722 999 999", "+40 722-999-999", "0722.999.999"),
}
MONTHS = {
    "en": ("March", "June", "August"),
    "de": ("Februar", "Juni", "August"),
    "fr": ("février", "juin", "août"),
    "es": ("de marzo", "de mayo", "de agosto"),
    "it": ("marzo", "giugno", "agosto"),
    "nl": ("maart", "mei", "augustus"),
    "pt": ("de março", "de junho"),
    "pl": ("marca", "czerwca"),
    "fi": ("maaliskuuta", "kesäkuuta"),
    "cs": ("března", "června"),
    "tr": ("Mart", "Haziran"),
    "ro": ("martie", "iunie"),
}
