"""The marks by which mail programs of many languages set off quoted mail, signatures and footers; one line each, no "
"backtracking."""

from __future__ import annotations

import re

_I = re.IGNORECASE

QUOTED = re.compile(r"[ \t]{0,8}(?:>|&gt;)")
RULE = re.compile(r"[ \t]*[-_=*~#+]{3,}[ \t]*$")
SIGNATURE = re.compile(r"(?:--|—|––) ?$")

_VERBS = (
    r"(?:wrote|writes|said|sent|schrieb|a écrit|a ecrit|écrivait|escribió|escribio|escreveu|ha scritto|schreef|"
    r"het volgende geschreven|napisał\(a\)|napisała?|pisze|skrev|kirjoitti|napsala?|написала?|пишет|đã viết|さんは書きました|"
    r"のメール)"
)
_OPENERS = r"(?:On|At|Am|Le|El|Em|Il|Op|W dniu|Dnia|Den|På|Dne|Vào|Pada|Data|Quoting|In reply to|In article|Reply to)"
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? "

#: Words with which "On ... wrote:" can begin; a name, a weekday or a date can too.
INTRO_START = re.compile(
    rf"[ \t*_-]{{0,6}}(?:{_OPENERS}\b|{_WEEKDAY}|\d{{1,4}}[-./年 ]|\S.{{1,120}}<[^<>\s]{{0,120}}|\S.{{1,120}}{_VERBS})", _I
)

#: A joined introduction line; every repetition is bounded.
INTRO = re.compile(
    rf"(?:[ \t*_-]{{0,6}}(?=.{{0,500}}(?:\d|@)){_OPENERS}\b.{{0,400}}?{_VERBS}\b.{{0,120}}$"
    r"|Quoting .{2,200}:$"
    rf"|(?:\d{{1,4}}[-./年 ]|{_WEEKDAY}).{{3,160}}<[^<>\s]{{1,120}}@[^<>\s]{{1,120}}>.{{0,60}}$"
    r"|(?:19|20)\d\d-\d\d-\d\d \d\d:\d\d GMT[+-]\d\d:\d\d .{2,80}$"
    rf"|(?=.{{0,500}}(?:\d|@)).{{2,200}}?{_VERBS}\b.{{0,120}}[:：][ \t]*$)",
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

DATE_START = re.compile(r"[ \t*_>]{0,4}(?:Date|Datum|Fecha|Data|日時)[ \t]?\*?[:：]\*?[ \t]{0,4}\S.{5,60}$", _I)
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

DEVICE = re.compile(
    r"[ \t>*_]{0,4}(?:Sent (?:from|via|with|using) (?:my|the|a|an|your)?[ \t]?.{2,60}$|Get Outlook for .{2,40}|"
    r"Outlook für .{2,20} beziehen|"
    r"Von (?:meinem|meiner|unterwegs).{0,40}(?:gesendet|Gesendet)|(?:Diese Nachricht wurde )?(?:Gesendet|"
    r"gesendet) (?:von|mit|"
    r"aus).{2,60}$|"
    r"Envoyé (?:de|depuis|à partir de) .{2,60}$|Télécharger Outlook pour .{2,20}|Enviado (?:desde|do|a partir do|"
    r"de) (?:mi|"
    r"meu|o)?.{2,60}$|"
    r"Inviato (?:da|dal) .{2,60}$|Verstuurd vanaf .{2,60}$|Verzonden (?:vanaf|met|via) .{2,60}$|Wysłane? z .{2,60}$|"
    r"Sendt fra .{2,60}$|Skickat från .{2,60}$|Lähetetty .{2,60}$|Отправлено с .{2,60}$|iPhoneから送信|(?:Android|"
    r"スマートフォン).{0,10}から送信|Sent from Mail for Windows|Sent from Yahoo Mail.{0,40}$)",
    _I,
)

DISCLAIMER = re.compile(
    r"[ \t*_]{0,4}(?:This (?:e-?mail|message|communication|transmission)\b|The (?:information|"
    r"contents?) (?:contained )?(?:in|"
    r"of) this|"
    r"CONFIDENTIAL(?:ITY)?\b|DISCLAIMER|Important notice|Legal notice|If you (?:have received|are not the intended)|"
    r"Please consider the environment|"
    r"Diese (?:E-?Mail|Nachricht)|Der Inhalt dieser|Ce (?:message|courriel|courrier)|Cet e-?mail|"
    r"Les informations contenues|"
    r"Este (?:mensaje|correo|e-?mail)|Esta (?:mensagem|comunica)|A informação contida|AVISO|La información contenida|"
    r"Questo (?:messaggio|documento)|Questa e-?mail|Le informazioni contenute|Dit (?:e-?mail)?bericht|Deze e-?mail|"
    r"De informatie in|"
    r"Ta wiadomość|Niniejsza wiadomość|Treść tej wiadomości|本メール|このメール)",
    _I,
)
DISCLAIMER_WORD = re.compile(
    r"confidential|privileged|intended (?:only|solely|recipient)|before printing|vertraulich|rechtlich geschützt|"
    r"confidentiel|"
    r"destinataire|"
    r"confidencial|destinatari|riservat|vertrouwelijk|geadresseerde|poufn|adresat|機密|秘密",
    _I,
)
LIST_FOOTER = re.compile(
    r"mailing list|unsubscribe|to post to this group|you received this message because|listinfo|abmelden|désabonner", _I
)
