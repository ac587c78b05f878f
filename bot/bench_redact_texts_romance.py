"""French, Spanish, Italian, Portuguese and Romanian mails for `triage bench redact`, by somebody who had not read the rules."""

from __future__ import annotations

ROMANCE: tuple[tuple[str, str], ...] = (
    ("fr", """Toujours rien reçu. Commande {order}, colis {tracking}. C'est lamentable. {sender}"""),
    (
        "fr",
        """Bonjour,

Je vous écris au sujet de ma belle-mère, Mme {other}, qui a commandé chez vous le {day}. Elle est hospitalisée et ne pourra pas
réceptionner le colis. Pouvez-vous le livrer chez sa voisine, {other2} ? Voici l'adresse :

{address.block}

Le digicode ne marche plus, il faut appeler le {phone}. Le montant de {amount} est déjà réglé.

Bien cordialement,
{sender}""",
    ),
    (
        "fr",
        """Madame, Monsieur,

Veuillez trouver ci-dessous les coordonnées de notre salariée :
Nom : {other.reversed}
Née le : {birth}
N° de sécurité sociale : {national}
Adresse : {address}
Portable : {phone}
Elle reprendra le dossier {ticket} à la place de M. {surname2}.

{initial}
Directrice administrative
{company}""",
    ),
    ("fr", """slt c {first.lower}, mon mdp {secret} marche plus, vous pouvez m'en renvoyer un a {mine} ? merci"""),
    (
        "fr",
        """Le {day}, {other} <{email}> a écrit :
> Merci de virer {amount} sur le compte {iban}.
> {given}

Est-ce bien vous ? {double}, notre comptable, a un doute : la facture {invoice} porte un autre RIB.""",
    ),
    (
        "fr",
        """J'ai eu {given} au téléphone, puis {staff}, puis de nouveau {given}. Personne ne sait pourquoi {product}
s'éteint depuis la version {version}. J'ai suivi {url}, sans succès. Mon numéro : {phone}. {first}""",
    ),
    (
        "fr",
        """Bon de commande n° {order}
Client : {other.upper}
Livraison : {address}
Carte bancaire : {card}
Contact sur place : {initial}, {phone}
Total TTC : {amount}""",
    ),
    ("es", """Llevo tres semanas esperando el pedido {order}. Nadie contesta. {other} me prometió que llegaba el {day}."""),
    (
        "es",
        """Buenas tardes:

Soy {sender} y escribo en nombre de mi hermano, {double}, con DNI {national}. Compró un {product} y se lo cobraron dos veces en la
tarjeta {card}. Les ruego que devuelvan {amount} a la cuenta {iban}, cuyo titular es {other}.

Pueden llamarle al {phone} por las mañanas.

Un saludo,
{sender}""",
    ),
    (
        "es",
        """hola soy {first.lower}, cambien mi correo a {mine} y el telefono a {phone} porfa. ah y mi tia {given.lower} tb \
quiere cuenta""",
    ),
    (
        "es",
        """Estimados señores:

Adjunto el parte de {ticket}. El técnico, {other2}, no pudo entrar porque el portero, don {given}, no estaba. La finca está en
{address}. Para la próxima visita avisen a {initial} en {email}.

Atentamente,
{sender}
Administración de fincas, {company}""",
    ),
    (
        "es",
        """Lista de asistentes al curso del {day}:
* {other}
* {other2}
* {double}
* {sender}
Factura {invoice} a nombre de {company}. Más información en {url}""",
    ),
    ("es", """Se me olvidó la clave ({secret}) y el enlace {link} da error. Versión {version}. Gracias, {first}"""),
    (
        "it",
        """Buongiorno,

vi scrivo per conto di mia madre, {other}, nata il {birth}, codice fiscale {national}. Il pacco {tracking} risulta consegnato, ma
{given} non ha ricevuto nulla. L'indirizzo corretto è {address}.

Attendo notizie al {phone}.
Cordiali saluti
{sender}""",
    ),
    ("it", """ma il rimborso?? ordine {order}, {amount}. iban {iban}. {first.lower}"""),
    (
        "it",
        """Gentile dott.ssa {surname},

come concordato con {staff}, le confermo che la fattura {invoice} va intestata a:
{double}
{address.block}
e inviata a {email}. Per urgenze chiamare il geom. {other2}, cell. {phone}.

Distinti saluti
{initial}
{company}""",
    ),
    (
        "it",
        """Dopo l'aggiornamento {version} il {product} non parte. {given2} dice di reinserire la chiave, che sarebbe
{secret}, ma non succede niente. Ho letto {url}. Segnalazione {ticket}.

Grazie, {first}""",
    ),
    (
        "it",
        """MODULO RESO
Cognome e nome: {other.upper}
Telefono: {phone}
E-mail: {email}
N. ordine: {order}
Carta usata: {card}
Motivo: arrivato rotto il {day}, lo ha visto anche {other2}""",
    ),
    (
        "it",
        """Inoltro quanto ricevuto da {other}:
"La caldaia è in {address}, le chiavi le ha {given2}. Il numero della signora {surname} è {phone}."
Fatemi sapere, {sender}""",
    ),
    (
        "pt",
        """Boa tarde,

A encomenda {order} foi entregue a um tal {other}, que não conheço. Eu moro na {address} e o meu telemóvel é o {phone}. O
código de seguimento é {tracking}. Podem verificar?

Cumprimentos,
{sender}""",
    ),
    ("pt", """oi aqui é a {first.lower}, paguei {amount} dia {day} e nada. devolvam pro {given.lower}, iban {iban}"""),
    (
        "pt",
        """Exmos. Senhores,

Venho por este meio solicitar a alteração do titular do contrato {ticket}. A antiga titular, D. {double}, faleceu. O novo titular
é o filho, {other2}, nascido a {birth}, residente em Espanha, com o DNI {national}. A fatura {invoice} deve seguir para {email}.

Com os melhores cumprimentos,
{initial}
Solicitador
Tel. {phone}""",
    ),
    (
        "pt",
        """O {product} deixou de funcionar com a versão {version}. O meu colega {given2} acha que é da chave {secret}. Já
vi {url} e não ajudou. {first}, {company}""",
    ),
    (
        "pt",
        """Dados para a entrega:
Nome: {other}
Morada: {address.block}
Contacto: {phone}
Cartão: {card}
Se não estiver ninguém, deixar com {other2}.""",
    ),
    (
        "ro",
        """Bună ziua,

am comandat un {product} pe {day}, comanda {order}, și curierul l-a lăsat la vecinul meu, {other}. Cutia era spartă. Adresa mea
este {address}, telefon {phone}. Vreau banii înapoi, adică {amount}.

Cu stimă,
{sender}""",
    ),
    ("ro", """salut, {first.lower} aici, parola mea era {secret} si nu mai merge. email {mine}. mersi"""),
    (
        "ro",
        """Stimată doamnă {surname},

Vă rugăm să virați suma de {amount} în contul {iban}, titular {other2}. Factura {invoice} a fost deja trimisă de {double} de la
adresa {email}. Dosar {ticket}.

Cu respect,
{initial}
Director economic, {company}""",
    ),
)
