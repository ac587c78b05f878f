"""The marks by which mail programs of many languages set off quoted mail, signatures and footers; one line each, no backtracking."""

from __future__ import annotations

import re

_I = re.IGNORECASE

QUOTED = re.compile(r"[ \t]{0,8}(?:>|&gt;)")
RULE = re.compile(r"[ \t]*[-_=*~#+]{3,}[ \t]*$")
SIGNATURE = re.compile(r"(?:--|—|––) ?$")

#: Words with which "On ... wrote:" can begin; a name or a date can too.
INTRO_START = re.compile(
    r"[ \t*_-]{0,6}(?:On|At|Am|Le|El|Em|Il|Op|W dniu|Dnia|Den|På|Dne|Vào|Pada|Ter|Tarihinde|Em|Data|Quoting|In reply to|In article|"
    r"Reply to|\d{1,4}[-./年 ]|\S.{1,120}<[^<>\s]{1,120}@|\S.{1,80}(?:wrote|schrieb|écrit|escribió|escreveu|scritto|schreef|napisał))",
    _I,
)

_VERBS = (
    r"(?:wrote|writes|said|schrieb|a écrit|a ecrit|écrivait|escribió|escribio|escreveu|ha scritto|schreef|"
    r"heeft het volgende geschreven|napisał\(a\)|napisała?|pisze|skrev|kirjoitti|napsala?|написала?|пишет|さんは書きました|のメール)"
)

#: A joined introduction line; every repetition is bounded and over a different set than its neighbour's end.
INTRO = re.compile(
    r"(?:[ \t*_-]{0,6}(?=.{0,500}(?:\d|@))(?:On|At|Am|Le|El|Em|Il|Op|W dniu|Dnia|Den|På|Dne|Em|Data|Quoting|In reply to|In article)\b"
    r".{0,600}?\b" + _VERBS + r"[^:]{0,160}[:：]?[ \t-]*$"
    r"|Quoting .{2,200}:$"
    r"|\d{1,4}[-./年 ].{3,160}<[^<>\s]{1,120}@[^<>\s]{1,120}>.{0,60}$"
    r"|(?=.{0,500}(?:\d|@)).{2,200}\b" + _VERBS + r"[^:]{0,120}[:：][ \t]*$)",
    _I,
)

ORIGINAL = re.compile(
    r"[ \t>*]{0,4}(?:[-_*=]{2,}[ \t]*)(?:Original[- ](?:Message|Appointment|E?-?mail)|Reply Message|Ursprüngliche Nachricht|"
    r"Original-?Nachricht|Message d'origine|Message original|Mensaje original|Mensagem original|Messaggio originale|"
    r"Oorspronkelijk bericht|Origineel bericht|Wiadomość oryginalna|Oryginalna wiadomość|Původní zpráva|Opprinnelig melding|"
    r"Ursprungligt meddelande|Исходное сообщение|元のメッセージ|Original message follows)[ \t]*[-_*=]{0,}"
    r"|[ \t]*-{3,}[ \t]*(?:On .{3,160}|.{2,120}<\S{1,100}@\S{1,100}>|.{2,80}) wrote[ \t]*-{0,}",
    _I,
)

FORWARD = re.compile(
    r"[ \t>*]{0,4}(?:-{2,}[ \t]*(?:Forwarded message|Forwarded by .{1,80}|Weitergeleitete Nachricht|Message transféré|"
    r"Mensaje reenviado|Mensagem encaminhada|Messaggio inoltrato|Doorgestuurd bericht|Wiadomość przekazana dalej|"
    r"Treść przekazanej wiadomości|転送メッセージ)|Begin forwarded message:|Anfang der weitergeleiteten (?:Nachricht|E-Mail):|"
    r"Début du message (?:transféré|réexpédié)|Inicio del mensaje reenviado:|Início da mensagem (?:encaminhada|reencaminhada):|"
    r"Inizio messaggio inoltrato:|Begin doorgestuurd bericht:)",
    _I,
)

REPLY_ABOVE = re.compile(
    r"(?:reply above this line|type your reply above|please reply above|antworten sie (?:bitte )?oberhalb dieser|"
    r"répondez au-dessus de cette ligne|responda por encima de esta|## ?- ?.{0,80} ?- ?##)",
    _I,
)

BLOCK_START = re.compile(
    r"[ \t*_>]{0,4}(?:From|Von|De|Da|Van|Od|Från|Fra|Lähettäjä|От|差出人|发件人|寄件者)[ \t]?\*?[:：]\*?[ \t]{0,4}\S", _I
)
BLOCK_FIELD = re.compile(
    r"[ \t*_>]{0,4}(Sent|Date|To|Cc|Subject|Reply-To|Gesendet|Datum|An|Betreff|Kopie|Envoyé|Envoye|À|Objet|Enviado(?: el)?|Enviada(?: em)?|Fecha|Para|"
    r"Asunto|Data|Assunto|Inviato|A|Oggetto|Verzonden|Aan|Onderwerp|Wysłano|Wysłane|Do|Temat|Skickat|Till|Ämne|Sendt|Til|Emne|"
    r"Дата|Кому|Тема|送信日時|日時|宛先|件名|日期|收件人|主题)[ \t]?\*?[:：]",
    _I,
)

DEVICE = re.compile(
    r"[ \t>*_]{0,4}(?:Sent (?:from|via|with|using) (?:my|the|a|an|your)?[ \t]?.{2,60}$|Get Outlook for .{2,40}|Outlook für .{2,20} beziehen|"
    r"Von (?:meinem|meiner|unterwegs).{0,40}(?:gesendet|Gesendet)|(?:Diese Nachricht wurde )?(?:Gesendet|gesendet) (?:von|mit|aus).{2,60}$|"
    r"Envoyé (?:de|depuis|à partir de) .{2,60}$|Télécharger Outlook pour .{2,20}|Enviado (?:desde|do|a partir do|de) (?:mi|meu|o)?.{2,60}$|"
    r"Inviato (?:da|dal) .{2,60}$|Verstuurd vanaf .{2,60}$|Verzonden (?:vanaf|met|via) .{2,60}$|Wysłane? z .{2,60}$|"
    r"iPhoneから送信|(?:Android|スマートフォン).{0,10}から送信|Sent from Mail for Windows|Sent from Yahoo Mail.{0,40}$)",
    _I,
)

DISCLAIMER = re.compile(
    r"[ \t*_]{0,4}(?:This (?:e-?mail|message|communication|transmission)\b|The (?:information|contents?) (?:contained )?(?:in|of) this|"
    r"CONFIDENTIAL(?:ITY)?\b|DISCLAIMER|Important notice|Legal notice|If you (?:have received|are not the intended)|Please consider the environment|"
    r"Diese (?:E-?Mail|Nachricht)|Der Inhalt dieser|Ce (?:message|courriel|courrier)|Cet e-?mail|Les informations contenues|"
    r"Este (?:mensaje|correo|e-?mail)|Esta (?:mensagem|comunica)|A informação contida|AVISO|La información contenida|"
    r"Questo (?:messaggio|documento)|Questa e-?mail|Le informazioni contenute|Dit (?:e-?mail)?bericht|Deze e-?mail|De informatie in|"
    r"Ta wiadomość|Niniejsza wiadomość|Treść tej wiadomości|本メール|このメール)",
    _I,
)
DISCLAIMER_WORD = re.compile(
    r"confidential|privileged|intended (?:only|solely|recipient)|before printing|vertraulich|rechtlich geschützt|confidentiel|destinataire|"
    r"confidencial|destinatari|riservat|vertrouwelijk|geadresseerde|poufn|adresat|機密|秘密",
    _I,
)
LIST_FOOTER = re.compile(
    r"mailing list|unsubscribe|to post to this group|you received this message because|listinfo|abmelden|désabonner", _I
)
