"""The marks by which mail programs of many languages set off quoted mail, signatures and footers; no pattern backtracks."""

from __future__ import annotations

import re

_I = re.IGNORECASE

QUOTED = re.compile(r"[ \t]{0,8}(?:>|&gt;)")
QUOTES = re.compile(r"^(?:[ \t]{0,4}(?:>|&gt;)){1,20}[ \t]?")
RULE = re.compile(r"[ \t]*(?:[-_=*~#+]{3,}|[━─＝ー＿―]{3,}|ᐧ)[ \t]*$")
SIGNATURE = re.compile(r"(?:--|—|––) ?$")

_VERBS = (
    r"(?:wrote|writes|said|sent|schrieb|a écrit|a ecrit|écrivait|escribió|escribio|escreveu|ha scritto|schreef|"
    r"het volgende geschreven|napisał\(a\)|napisała?|pisze|skrev|kirjoitti|napsala?|написала?|пишет|đã viết|さんは書きました|"
    r"のメール)"
)
_OPENERS = (
    r"(?:On|At|Am|Le|El|Em|No dia|A|Il|Op|W dniu|Dnia|Wiadomość napisana przez|Den|På|Dne|Vào|Pada|Data|Quoting|In reply to|"
    r"In article|Reply to)"
)
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? "

#: Words with which "On ... wrote:" can begin; a name, a weekday or a date can too.
INTRO_START = re.compile(
    rf"[ \t*_-]{{0,6}}(?:{_OPENERS}\b|{_WEEKDAY}|\d{{1,4}}[-./年 ]|\S.{{1,120}}<[^<>\s]{{0,120}}|\S.{{1,120}}{_VERBS})", _I
)

#: A joined introduction line; every repetition is bounded.
INTRO = re.compile(
    rf"(?:Wiadomość napisana przez .{{2,120}} w dniu .{{4,60}}:$|[ \t*_-]{{0,6}}(?=.{{0,500}}(?:\d|"
    rf"@)){_OPENERS}\b.{{0,400}}?{_VERBS}\b.{{0,120}}$"
    r"|Quoting .{2,200}:$"
    rf"|(?:\d{{1,4}}[-./年 ]|{_WEEKDAY}).{{3,160}}<[^<>\s]{{1,120}}@[^<>\s]{{1,120}}>.{{0,60}}$"
    r"|(?:19|20)\d\d-\d\d-\d\d \d\d:\d\d GMT[+-]\d\d:\d\d .{2,80}$"
    rf"|(?=.{{0,500}}(?:\d\d?[-:./]\d|(?:19|20)\d\d|@)).{{2,200}}?{_VERBS}\b.{{0,120}}[:：][ \t]*$)",
    _I,
)

#: The introduction behind the last words of the new text; the next line must be a quoted one.
SHARED = re.compile(
    rf"(.{{0,200}}?\S)[ \t]*(?:-{{2,}}[ \t]*)?(?:\bOn|---[ \t]?On) (?:{_WEEKDAY}|"
    rf"\d).{{8,160}} wrote:[ \t]*$",
    _I,
)
LINK_LINE = re.compile(r"[ \t]*\(?\S{1,300}\)?[ \t]*>?[ \t]*$")

ORIGINAL = re.compile(
    r"[ \t>*]{0,4}(?:[-_*=]{2,}[ \t]*)(?:Original[- ](?:Message|Appointment|E?-?mail)|Reply Message|"
    r"Ursprüngliche Nachricht|"
    r"Original-?Nachricht|Message d'origine|Message original|Mensaje original|Mensagem original|Messaggio originale|"
    r"Oorspronkelijk bericht|Origineel bericht|Wiadomość oryginalna|Oryginalna wiadomość|Původní zpráva|"
    r"Opprinnelig melding|"
    r"Ursprungligt meddelande|Исходное сообщение|元のメッセージ|Original message follows)[ \t]*[-_*=]{0,}"
    r"|[ \t]*-{3,}[ \t]*(?:On .{3,160}|.{2,120}<\S{1,100}@\S{1,100}>|.{2,80}) wrote[ \t]*-{0,}",
    _I,
)

FORWARD = re.compile(
    r"[ \t>*]{0,4}(?:-{2,}[ \t]*(?:Forwarded message|Forwarded by .{1,80}|Weitergeleitete Nachricht|Message transféré|"
    r"Mensaje reenviado|Mensagem encaminhada|Messaggio inoltrato|Doorgestuurd bericht|Wiadomość przekazana dalej|"
    r"Treść przekazanej wiadomości|転送メッセージ)|Begin forwarded message:|Anfang der weitergeleiteten (?:Nachricht|E-Mail):|"
    r"Début du message (?:transféré|réexpédié)|Inicio del mensaje reenviado:|Início da mensagem (?:encaminhada|"
    r"reencaminhada):|"
    r"Inizio messaggio inoltrato:|Begin doorgestuurd bericht:)",
    _I,
)

REPLY_ABOVE = re.compile(
    r"(?:reply above this line|type your reply above|please reply above|antworten sie (?:bitte )?oberhalb dieser|"
    r"répondez au-dessus de cette ligne|responda por encima de esta|## ?- ?.{0,80} ?- ?##)",
    _I,
)

DATE_START = re.compile(
    r"[ \t*_>]{0,4}(?:Date|Datum|Fecha|Data|日時|Gesendet|Sent|Envoyé|Enviado|Inviato)[ \t]?\*?[:：]\*?[ \t]{0,4}\S.{5,60}$", _I
)
BLOCK_START = re.compile(
    r"[ \t*_>]{0,4}(?:From|Von|De|Da|Van|Od|Från|Fra|Lähettäjä|От|差出人|发件人|寄件者)[ \t]?\*?[:：]\*?[ \t]{0,4}\S", _I
)
BLOCK_FIELD = re.compile(
    r"[ \t*_>]{0,4}(Sent|Date|To|Cc|Subject|Reply-To|Gesendet|Datum|An|Betreff|Kopie|Envoyé|Envoye|À|Objet|"
    r"Enviado(?: el)?|"
    r"Enviada(?: em)?|Fecha|Para|"
    r"Asunto|Data|Assunto|Inviato|A|Oggetto|Verzonden|Aan|Onderwerp|Wysłano|Wysłane|Do|Temat|Skickat|Till|Ämne|Sendt|"
    r"Til|Emne|"
    r"Дата|Кому|Тема|Отправлено|送信日時|日時|宛先|件名|日期|收件人|主题)[ \t]?\*?[:：]",
    _I,
)

_DEVICES = (
    r"(?:i ?(?:phone|pad|pod)|android|outlook|thunderbird|mail\b|e-?mail|phone|mobil|móvil|handy|galaxy|samsung|huawei|xiaomi|"
    r"pixel|"
    r"blackberry|nokia|motorola|sony|oneplus|alcatel|device|gerät|telefon|teléfono|telemóvel|telefoon|celular|cellulare|"
    r"telefonino|"
    r"appareil|dispositi[vf]|toestel|urządzeni|windows|\bios\b|tablet|airmail|mailbox|proton|\bspark\b|yahoo|gmx|web\.de|orange|"
    r"\bapp\b|\bcell\b|\bTI-\d\d|unterwegs|smartphone|smartfon|courrier|correo)"
)

#: What a device or a mail app writes below every mail: a verb of sending and the name of a device or an app.
DEVICE = re.compile(
    rf"[ \t>*_<(\[]{{0,6}}(?:Sent (?:from|via|with|using|by)\b|"
    rf"Get \[?Outlook|(?:Diese (?:Nachricht|E-?Mail) wurde )?(?:Gesendet|Von|"
    rf"Verfasst) (?:von|mit|aus|meine[mr]|über|Outlook|unterwegs)?|Holen Sie sich Outlook|Outlook für .{{2,20}} beziehen|"
    rf"Envoyé (?:de|depuis|à partir|avec|via|par)|(?:Télécharger|Obtenir|Obtenez) Outlook|Provenance ?: ?Courrier|"
    rf"Enviad[oa] (?:desde|do|da|a partir|de|por|via|com|con)|(?:Obtener|Obtén|Obter o|Obtenha o|Baixar o) Outlook|"
    rf"Inviat[oa] (?:da|dal|dalla|con|tramite)|(?:Ottieni|Scarica) Outlook|(?:Verstuurd|Verzonden) (?:vanaf|vanuit|met|via|van)|"
    rf"Download Outlook voor|Wysłan[eoya]{{1,2}} (?:z|za pomocą|przez|ze)|Pobierz .{{0,12}}Outlook|"
    rf"Sendt fra|Skickat från|Lähetetty|Отправлено (?:с|из)|Надіслано|從我的|发自我的)(?=.{{0,80}}{_DEVICES}).{{0,120}}$"
    r"|[ \t]*.{0,30}(?:iPhone|iPad|Android|スマートフォン|アプリ|携帯電話?).{0,10}から送信|[ \t]*Outlook for (?:iOS|Android) "
    r"を入手"
    r"|[ \t]*Outlook voor .{2,20} downloaden|[ \t]*Von (?:meine[mr] )?.{2,40}gesendet\.?[ \t]*$|[ \t]*<{0,2}\(?sent (?:from|"
    r"by) .{2,30}[)>]{1,2}[ \t]*$",
    _I,
)

#: Whole paragraphs that programs add above or below: scanners, advice to save paper, warnings about mail from outside.
ADDED = re.compile(
    r"[ \t*_>]{0,4}(?:Please consider the environment|Think before you print|Bitte (?:denken Sie an|prüfen Sie|schonen Sie)"
    r".{0,80}(?:ausdruck|druck)|Pensez à l'environnement|Avant d'imprimer|N'imprimez|Antes de imprimir|Piense en el medio|"
    r"Prima di stampare|Rispetta l'ambiente|Denk aan het milieu|Pomyśl o środowisku|Zanim wydrukujesz|"
    r"Virus-?free\b|Virenfrei\b|Garanti sans virus|Libre de virus|Livre de vírus|Privo di virus|Virusvrij|Wolny od wirusów|"
    r"This (?:e-?mail|message) (?:has been|was) (?:checked|scanned)|(?:Diese|This|Este|Ce|Esta|Questa|Deze) .{0,60}"
    r"(?:auf Viren (?:geprüft|überprüft)|analysé par|analizado|verificad[oa] (?:por|pelo)|gecontroleerd op virussen)|"
    r"CAUTION:? (?:This (?:e-?mail|message) (?:originated|came)|External)|\[?EXTERNAL(?: E-?MAIL| SENDER)?\]?:?[ \t]*$|"
    r"ACHTUNG:? (?:Diese E-?Mail|Externe)|ATTENTION ?: ?(?:Ce (?:message|courriel)|Cet e-?mail) (?:provient|vient)|"
    r"You don't often get (?:e-?mail|mail) from|(?:Einige Personen, die diese|Sie erhalten nicht häufig))",
    _I,
)
#: Registers, tax numbers and seats, as the law wants them below a company's mail.
IMPRINT = re.compile(
    r"[ \t]*(?:Amtsgericht|Handelsregister|Registergericht|HRB \d|Sitz der Gesellschaft|Geschäftsführ(?:er|ung)(?:in)?:|USt-?Id|"
    r"Registered (?:in|office)|Company (?:No|Registration|number)|VAT (?:No|Reg|ID)|KvK|BTW|KRS|NIP|REGON|P\.? ?IVA|C\.?F\.|"
    r"SIRET|RCS |Capital social|Any views or opinions|E-?mail transmission cannot|We have taken (?:reasonable )?precautions)",
    _I,
)

DISCLAIMER = re.compile(
    r"[ \t*_]{0,4}(?:This (?:e-?mail|message|communication|transmission)\b|The (?:information|"
    r"contents?) (?:contained )?(?:in|"
    r"of) this|"
    r"CONFIDENTIAL(?:ITY)?\b|DISCLAIMER|Important notice|Legal notice|If you (?:have received|are not the intended)|"
    r"Diese (?:E-?Mail|Nachricht)|Der Inhalt dieser|Ce (?:message|courriel|courrier)|Cet e-?mail|"
    r"Les informations contenues|"
    r"Este (?:mensaje|correo|e-?mail)|Esta (?:mensagem|comunica)|A informação contida|AVISO|La información contenida|"
    r"Questo (?:messaggio|documento)|Questa e-?mail|Le informazioni contenute|Dit (?:e-?mail)?bericht|Deze e-?mail|"
    r"De informatie (?:in|verzonden|in dit)|L'information contenue|Il contenuto (?:di questa|della presente)|"
    r"(?:La presente|Le présent|El presente|El contenido de este|O conteúdo dest|O presente|A presente|De inhoud van|Aan dit|"
    r"Zawartość|Informacje zawarte|Niniejszy e-?mail|Wiadomość ta|"
    r"この(?:電子)?メール|本電子メール|The sender|This communication)|"
    r"(?:Vertraulichkeits|Haftungs)\S{2,30}|(?:Avis|Clause) de confidentialité|(?:Aviso|Cláusula) (?:de|legal)|Nota (?:di|de|"
    r"legal)|"
    r"Avvertenz[ae]|Informativa|Proclaimer|Klauzula|【機密|"
    r"Ta wiadomość|Niniejsza wiadomość|Treść tej wiadomości|本メール|このメール)",
    _I,
)
DISCLAIMER_WORD = re.compile(
    r"confidential|privileged|unauthori[sz]ed|legally|intended (?:only|solely|recipient)|before printing|vertraulich|"
    r"rechtlich geschützt|"
    r"confidentiel|"
    r"destinataire|"
    r"confidencial|destinat[aá]ri|riservat|divulga|uitsluitend bestemd|zastrzeżon|przeznaczon|vertrouwelijk|geadresseerde|"
    r"poufn|adresat|機密|秘密|誤って",
    _I,
)
LIST_FOOTER = re.compile(
    r"mailing list|unsubscribe|to post to this group|you received this message because|listinfo|abmelden|désabonner", _I
)
