"""Mails and notes with slots, for `triage bench redact` alone: written before the redactor was tuned, and not tuned on since."""

from __future__ import annotations

#: (language, text). Slots that must be hidden: sender, first (of the sender), other (a third person), given (of that person),
#: phone, email, address, card, iban, account, national, secret, link, birth. Slots that must survive: order, invoice, ticket,
#: tracking, day, amount, url, version, product, company, staff.
TEXTS: tuple[tuple[str, str], ...] = (
    (
        "en",
        "Hello there,\n\nI ordered two sensors last week ({order}) and the parcel {tracking} has been stuck at the depot since "
        "{day}. {other} from our site office would be home to take it, the door is at {address}. Could you give the courier "
        "{phone}?\n\nMany thanks\n{sender}",
    ),
    (
        "en",
        "Invoice {invoice} shows {amount}, but we agreed on something else with {other}. Please credit the difference to "
        "{iban}. I have put {other} in copy ({email}).\n\n{first}",
    ),
    (
        "en",
        "Hi, the card ending was refused twice. The full number is {card}, it is in the name of {other}. Order {order}, placed "
        "{day}.\n\nBest,\n{sender}\n{phone}",
    ),
    (
        "en",
        "As discussed with your technician {staff}, we upgraded to {version} on {day}. Since then {product} logs us out. {given} "
        "saw it too, and so did {other}. The article at {url} did not help.",
    ),
    (
        "en",
        "To whom it may concern,\n\nmy mother {other} passed away in March. I would like to close her account. She was born on "
        "{birth}, and her social security number was {national}. Letters can go to {address}.\n\nSincerely,\n\n{sender}",
    ),
    (
        "en",
        "could u reset my login? i am {email} and the old pw was {secret} lol. thx {first}",
    ),
    (
        "en",
        "Ticket {ticket} is still open. {other} promised on {day} that somebody would phone me at {phone}; nobody did. Tell "
        "{given} that I will cancel {order} unless I get my {amount} back.\n\n-- \n{sender}\nHead of Growing\n{address}",
    ),
    (
        "en",
        "Our integration stopped. The key is {secret} and the endpoint {url} answers 403 since build {version}. Somebody "
        "(maybe {other}?) rotated it. This reset link arrived but is dead: {link}",
    ),
    (
        "en",
        "Please change the delivery address of {order} to:\n\n{other}\n{address}\n\nEverything else stays as on {invoice}.",
    ),
    (
        "en",
        "I am writing on behalf of {company}. We have been a customer since {day} and use {product} in four greenhouses. Our "
        "bookkeeper, {other}, cannot find {invoice}. She can be reached under {phone} or {email}.\n\nYours\n{sender}\n{company}",
    ),
    (
        "en",
        "{other} left the company, so please remove their seat and add {email} instead. The purchase order is {order}, total "
        "{amount}. {sender} will sign.",
    ),
    (
        "en",
        "Forwarding what {given} sent me this morning. In short: gateway offline, firmware {version}, serial on {invoice}. "
        "Somebody should drive to {address} and look. {other}'s phone is {phone}.",
    ),
    (
        "en",
        "Refund please. Account number {account}, account holder {other}. The case is {ticket}. It has been three weeks!!\n"
        "{sender}",
    ),
    (
        "en",
        "On {day} {other} <{email}> wrote:\n> Hi {first}, your parcel {tracking} was left with {other2} next door.\n\nIt was "
        "not. Nobody called {other2} lives here. I live at {address}.",
    ),
    (
        "en",
        "Meeting notes: {other} (purchasing), {other2} (site lead) and {sender}. {given} asked for a quote for 40 x {product}. "
        "Budget {amount}, decision by {day}. Follow-up to {email}.",
    ),
    (
        "en",
        "Is the unsubscribe page broken? {link} only shows an error. Contact: {sender}, {phone}.",
    ),
    (
        "en",
        "I was charged {amount} twice: {invoice} and {order}. My bank says the money went from {iban} to {company}. Why? "
        "Regards {other}",
    ),
    (
        "de",
        "Guten Tag,\n\nseit dem {day} zeigt der Sensor aus Bestellung {order} keine Werte mehr. Herr {surname} aus der Werkstatt "
        "hat das Kabel schon getauscht. Bitte schicken Sie Ersatz an {other}, {address}.\n\nFreundliche Grüße\n{sender}\n"
        "Tel. {phone}",
    ),
    (
        "de",
        "Hallo zusammen, die Rechnung {invoice} über {amount} wurde doppelt abgebucht. Bitte erstatten auf {iban}, lautend auf "
        "{other}. Danke!\n{first}",
    ),
    (
        "de",
        "Sehr geehrtes Team, {other} hat mir gesagt, dass die Firmware {version} den Fehler behebt. Leider nein. Das Ticket "
        "{ticket} ist geschlossen worden, ohne dass {given} gefragt wurde. Erreichbar bin ich unter {phone}.",
    ),
    (
        "de",
        "Bitte ändern Sie meine Daten: neuer Wohnort {address}, Steuernummer {national}, geboren {birth}. Die Mailadresse "
        "{email} bleibt. MfG {sender}",
    ),
    (
        "de",
        "Moin, das Passwort {secret} geht nicht mehr und der Link {link} ist abgelaufen. Könnt ihr das für {other} neu setzen? "
        "Gruß aus dem Norden, {first}",
    ),
    (
        "de",
        "Die Sendung {tracking} wurde laut Fahrer bei {other} abgegeben, {address}. Diese Person kennen wir nicht. Auftrag "
        "{order} vom {day}.",
    ),
    (
        "de",
        "Im Anhang der Vertrag, den {other} und {sender} am {day} unterschrieben haben. Für {product} gelten {amount} im Monat. "
        "Rückfragen bitte an {email}.\n\n{company}",
    ),
    (
        "fr",
        "Bonjour,\n\nLe colis {tracking} de ma commande {order} devait arriver le {day}. Le voisin, {other}, n'a rien reçu non "
        "plus. J'habite {address}. Merci de me joindre au {phone}.\n\nBien cordialement,\n{sender}",
    ),
    (
        "fr",
        "La facture {invoice} de {amount} a été réglée par {other} avec la carte {card}. Pourquoi une relance ? Voyez avec "
        "{given} ou écrivez à {email}.",
    ),
    (
        "fr",
        "Suite à l'appel avec {staff}, voici le RIB pour le remboursement : {iban}, au nom de {other}. Dossier {ticket}.\n\n"
        "Belle journée,\n{first}",
    ),
    (
        "fr",
        "Mon numéro de sécu est le {national} et je suis née le {birth}. Tout est à {address}. Le mot de passe provisoire "
        "{secret} ne marche pas sur la version {version}.\n{sender}",
    ),
    (
        "es",
        "Buenos días: el pedido {order} sigue sin llegar. Ayer hablé con {other} y me dijo que el {day} estaría aquí. La "
        "dirección correcta es {address}. Mi móvil, {phone}.\n\nUn saludo,\n{sender}",
    ),
    (
        "es",
        "Necesito la factura {invoice} a nombre de {other}, NIF {national}. El importe son {amount}. Envíela a {email}, por "
        "favor. {first}",
    ),
    (
        "es",
        "Desde la versión {version} el panel {product} no abre. {other} y yo lo probamos con {url}. La devolución, a la cuenta "
        "{iban}. Incidencia {ticket}.",
    ),
    (
        "it",
        "Buongiorno, il pacco {tracking} risulta consegnato a {other} ma in {address} non c'è nessuno con quel nome. "
        "L'ordine è {order} del {day}. Potete chiamarmi al {phone}?\n\nCordialmente\n{sender}",
    ),
    (
        "it",
        "Vorrei il rimborso di {amount} (fattura {invoice}) sul conto {iban} intestato a {other}. Codice fiscale {national}. "
        "Grazie, {first}",
    ),
    (
        "it",
        "La collega {other} non riesce a entrare: la chiave {secret} viene rifiutata. Scrivete a {email}. Ticket {ticket}, "
        "versione {version}.",
    ),
    (
        "nl",
        "Goedemiddag, mijn bestelling {order} is bezorgd bij {other} op {address}, maar die naam ken ik niet. Kunt u {phone} "
        "bellen?\n\nGroeten,\n{sender}",
    ),
    (
        "nl",
        "Factuur {invoice} van {day} klopt niet: {amount} te veel. Graag terug op {iban} t.n.v. {other}. BSN indien nodig: "
        "{national}. {first}",
    ),
    (
        "nl",
        "Sinds versie {version} werkt {product} niet meer bij {other} en bij mij. Mail {email} of zie {ticket}.",
    ),
    (
        "pt",
        "Boa tarde, a encomenda {order} não chegou. O estafeta falou com {other} e deixou o pacote {tracking} em {address}. O "
        "meu telemóvel é {phone}.\n\nCumprimentos,\n{sender}",
    ),
    (
        "pt",
        "A fatura {invoice} de {amount} foi paga em {day} por {other} ({email}). Devolvam para {iban}, por favor.\n{first}",
    ),
    (
        "pl",
        "Dzień dobry, paczka {tracking} z zamówienia {order} miała być {day}. Kurier zostawił ją u sąsiada, nazywa się {other}. "
        "Adres: {address}. Telefon {phone}.\n\nPozdrawiam\n{sender}",
    ),
    (
        "pl",
        "Proszę o korektę faktury {invoice} na {other}. Kwota {amount} powinna wrócić na {iban}. Kontakt {email}.",
    ),
    (
        "en",
        "Delivery note: received by {other}, {day}, 2 x {product}, order {order}, carrier reference {tracking}, condition good.",
    ),
    (
        "en",
        "Where is {tracking}? Order {order}, invoice {invoice}, paid {amount} on {day}. Version {version} of the app shows no "
        "status; your page {url} neither. Ticket {ticket}.",
    ),
    (
        "en",
        "PS: {other} says hi. We met at the fair; {given} still talks about {product}. New number for the office: {phone}.",
    ),
    (
        "en",
        "The alarm fires at night. Escalate to {other}, then {other2}; if neither picks up, {phone}. Access code for the door at "
        "{address}: {secret}",
    ),
    (
        "en",
        "Name: {other}\nStreet: {address}\nPhone: {phone}\nE-mail: {email}\nOrder: {order}\nMessage: it never worked with "
        "{version}",
    ),
    (
        "en",
        "{sender} here again. Did {staff} get my scan of the passport, and is {national} really needed to release {amount}?",
    ),
    (
        "de",
        "Name: {other}\nAnschrift: {address}\nTelefon: {phone}\nIBAN: {iban}\nBestellnummer: {order}\nGrund: defekt seit {day}",
    ),
)
