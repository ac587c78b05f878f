"""The words by which rules tell categories, priorities and outages apart, in nine languages; (weight, pattern) each."""

from __future__ import annotations

import re

from bot.values import Category

_I = re.IGNORECASE


def _words(*alternatives: str) -> re.Pattern[str]:
    """Each alternative at the start of a word; Japanese has no spaces, so its words count anywhere."""
    anywhere = [word for word in alternatives if re.match(r"[\u3040-\u30ff\u4e00-\u9fff]", word)]
    spaced = [word for word in alternatives if word not in anywhere]
    return re.compile("|".join([r"(?<!\w)(?:" + "|".join(spaced) + ")", *anywhere]), _I)


BILLING_STRONG = _words(
    r"invoices?\b", r"refund(?:s|ed|ing)?\b", r"reimburse\w*", r"charge ?back", r"(?:double|over|wrongly )-?charged?\b",
    r"charged (?:twice|me|us|my|for|a|an|too|extra|double|again|wrong)",
    r"credit note", r"receipts?\b", r"billing\b", r"bills?\b", r"vat\b", r"overdue",
    r"payment (?:methods?|modalit\w+|options?|failed|declined|terms|issue|problem|error|plan|reminder)", r"late fee",
    r"cancell?ation (?:fee|charge|cost|penalt)\w*",
    r"(?:early )?termination (?:fee|charge|penalt)\w*", r"rechnung\w*", r"rückerstatt\w*", r"erstattung\w*",
    r"gutschrift\w*",
    r"mahnung\w*", r"abgebucht", r"abbuchung\w*", r"doppelt (?:berechnet|bezahlt|belastet)",
    r"remboursement\w*", r"rembours\w+", r"facture\w*", r"facturation", r"avoir\b(?= sur)", r"prélèvement\w*",
    r"prélevé\w*",
    r"débité\w*", r"reembols\w+", r"devolución del dinero", r"facturas?\b", r"facturación",
    r"cobr(?:o|ado|aron|aram|ança)\b",
    r"cargo (?:duplicado|doble)",
    r"rimbors\w+", r"fattur\w+", r"addebit\w+", r"fatur\w+", r"cobrança\w*", r"estorno", r"terugbetal\w+",
    r"factu(?:ur|ren)\w*", r"dubbel (?:betaald|afgeschreven)", r"zwrot (?:pieniędzy|środków|kosztów)", r"faktur\w+",
    r"請求書",
    r"返金", r"領収書",
)  # fmt: skip
BILLING_WEAK = _words(
    r"pay(?:ment|ments|ing|ed)?\b", r"paid\b", r"charges?\b", r"charged\b", r"fees?\b", r"price[ds]?\b", r"money back",
    r"money\b", r"credit card statement", r"transaction\w*", r"direct debit", r"subscription (?:fee|price|cost)",
    r"exchange rate", r"costs?\b", r"penalt(?:y|ies)",
    r"transfer (?:fee|charge)\w*", r"bank transfer", r"extra (?:pound|euro|dollar|\$|£|€)", r"cash withdrawal",
    r"statement\b", r"zahlung\w*", r"bezahl\w+", r"kosten\b", r"gebühr\w*", r"betrag\b", r"überweis\w+", r"paiement\w*",
    r"payé\w*", r"montant\b", r"virement\w*", r"pago\b", r"pagos\b", r"pagar\b", r"importe\b", r"tarjeta",
    r"pagament\w+", r"importo\b", r"bonifico", r"pagamento\w*", r"valor pago", r"betal\w+", r"bedrag\b", r"płatnoś\w+",
    r"zapłac\w+", r"支払", r"料金",
)  # fmt: skip
SUPPORT_STRONG = _words(
    r"réinitialis\w+", r"zurücksetz\w+", r"calibrat\w+", r"kalibrier\w+", r"parcel\b", r"api (?:key|call|limit)\w*",
    r"palavra-passe",
    r"(?:does|do|did|is|are|has|have)(?:n['’]?t| not) (?:work|load|start|sync|connect|arriv|turn|respond|show|open|"
    r"update)\w*", r"not working", r"stopped working", r"broken\b",
    r"(?:can['’]?t|cannot|can not|could not|couldn['’]?t|unable to) (?:log|sign|connect|access|open|find|use|reset|"
    r"install|see|get|register|download|upload|change|update|activate|pair)\w*",
    r"error\b", r"bugs?\b", r"crash\w*", r"defect\w*", r"faulty", r"damaged", r"troubleshoot\w*", r"log ?in\b",
    r"sign ?(?:in|up)\b", r"passwords?\b", r"passcode", r"reset\b", r"firmware", r"offline\b", r"outage",
    r"not (?:been )?(?:arrived|received|delivered)", r"(?:has|have)n['’]?t (?:arrived|received|come)",
    r"where is my (?:order|parcel|package)", r"track(?:ing)?\b",
    r"deliver(?:y|ies|ed)\b", r"shipping\b", r"shipment\w*", r"(?:my |an? |the )?orders?\b(?! (?:form|of magnitude))",
    r"(?:user |online )?account(?:s)?\b(?! (?:number|statement|manager))", r"warranty", r"replace(?:ment|d)?\b",
    r"exchange (?:it|the)", r"how (?:do|can|should) (?:i|we) ",
    r"funktioniert nicht", r"geht nicht", r"fehler\w*", r"störung\w*", r"defekt\w*", r"kaputt", r"anmelde\w+",
    r"einloggen",
    r"passwort", r"lieferung\w*", r"geliefert", r"bestellung\w*", r"sendung\w*", r"paket\b", r"garantie", r"ersatz\w*",
    r"verbind\w+", r"messwert\w*",
    r"ne (?:fonctionne|marche|s'allume|répond)\w*", r"en panne", r"panne\b", r"erreur\w*", r"connexion", r"connecter",
    r"mot de passe", r"livraison\w*", r"livré\w*", r"commande\w*", r"colis\b", r"no funciona\w*",
    r"averiad\w+", r"contraseña", r"entrega\w*", r"envío\w*", r"pedidos?\b", r"paquete", r"iniciar sesión",
    r"garantía",
    r"non funziona\w*", r"guast\w+", r"errore\w*", r"accedere", r"consegn\w+", r"spedizion\w+", r"ordin[ei]\b", r"pacco",
    r"garanzia", r"não (?:funciona\w*|consigo|chegou|recebi)", r"avariad\w+", r"senha", r"encomenda\w*",
    r"erro\b", r"werkt niet", r"kapot", r"foutmelding\w*", r"inloggen", r"wachtwoord", r"levering\w*", r"bestelling\w*",
    r"pakket\w*", r"storing\w*",
    r"nie działa\w*", r"zepsut\w+", r"błąd\b", r"błęd\w+", r"zalogowa\w+", r"hasł[oa]", r"zamówieni\w+", r"przesyłk\w+",
    r"awari\w+", r"動かな", r"故障", r"ログイン", r"パスワード", r"配送", r"注文", r"エラー", r"届",
)  # fmt: skip
SUPPORT_WEAK = _words(
    r"sensors?\b", r"sensor\w*", r"capteur\w*", r"sensores", r"sensor[ei]\b", r"czujnik\w*", r"センサー", r"gateways?\b",
    r"passerelle\w*", r"pasarela",
    r"help\b", r"issue\w*", r"problems?\b", r"support\b", r"install\w*", r"set ?up\b", r"settings?\b", r"configur\w+",
    r"dashboard", r"app\b", r"device\w*", r"address(?:es)?\b", r"update\w*", r"upgrade\w*", r"pin\b", r"card\b",
    r"phone\b",
    r"lost\b", r"stolen\b", r"activat\w+", r"verif\w+", r"identity", r"profile",
    r"personal (?:details|information|data)",
    r"edit\b", r"change\b", r"items?\b", r"cancel\w*",
    r"problem\w*", r"hilfe", r"frage\b", r"problème\w*", r"aide\b", r"ayuda", r"problema\w*", r"aiuto", r"ajuda",
    r"probleem",
    r"hulp", r"pomoc\w*", r"問題",
)  # fmt: skip
LEGAL_STRONG = _words(
    r"we act for", r"our client\b", r"without prejudice", r"issue proceedings", r"(?:hold|held) you (?:fully )?liable",
    r"letter before (?:claim|action)",
    r"gdpr\b", r"dsgvo", r"ds-gvo", r"rgpd\b", r"avg\b(?=[ -]?verzoek)",
    r"data protection (?:officer|authority|act|commissioner)", r"data subject", r"subject access request",
    r"(?:article|art\.?|artikel|artículo|artigo|articolo|čl(?:ánku|ánok)?\.?|artykuł\w*) (?:12|13|14|15|16|17|18|20|"
    r"21|22|77|"
    r"79)\b", r"right (?:to|of) (?:be forgotten|erasure|access)", r"cease and desist", r"law ?suit",
    r"legal (?:action|proceedings|counsel|department|representative|notice|claim)",
    r"sue\b", r"(?:my|our|a|the) (?:lawyer|attorney|solicitor)s?\b", r"law (?:firm|office)", r"subpoena", r"court\b",
    r"litigation", r"infring\w+", r"trademark", r"copyright", r"breach of contract", r"without prejudice",
    r"formal (?:notice|complaint)", r"personal data (?:concerning|about|relating|that you)", r"supervisory authority",
    r"regulation \(eu\)", r"data processing agreement",
    r"datenschutz\w*", r"betroffenenrecht\w*", r"auskunft (?:nach|gemäß|über)",
    r"löschung (?:meiner|der|aller|sämtlicher)",
    r"personenbezogen\w*", r"rechtsanw\w+", r"anwalt\w*", r"klage\b", r"abmahnung\w*", r"unterlassung\w*",
    r"rechtliche schritte", r"fristsetzung", r"gericht\w*", r"aufsichtsbehörde",
    r"données (?:à caractère personnel|personnelles)", r"protection des données", r"cnil\b", r"mise en demeure",
    r"avocat\w*",
    r"tribunal\w*", r"poursuites", r"datos personales", r"protección de datos", r"abogad\w+", r"demanda judicial",
    r"acciones legales", r"burofax", r"dati personali", r"protezione dei dati", r"avvocat\w+", r"diffida", r"vie legali",
    r"dados pessoais", r"proteção de dados", r"lgpd\b", r"advogad\w+", r"processo judicial",
    r"persoonsgegevens", r"gegevensbescherming", r"advocaat", r"rechtbank", r"ingebrekestelling", r"danych osobowych",
    r"dane osobowe", r"ochron\w+ danych", r"rodo\b", r"adwokat\w*", r"sąd\w*", r"osobn(?:ích|ých|é|í) (?:údaj\w+)",
    r"ochran\w+ (?:osobních|osobných) údaj\w+", r"gdpr", r"persondata", r"personoplysning\w*", r"databeskyttelse\w*",
    r"個人情報",
    r"弁護士", r"訴訟", r"henkilötie\w+", r"personuppgift\w*",
)  # fmt: skip
LEAD = _words(
    r"quote\b", r"quotation", r"price list", r"pricing\b", r"demo\b", r"(?:free )?trial\b",
    r"interested in (?:your|buying|purchas\w+|the|a|learning|larkspur)", r"bulk (?:order|discount|price)",
    r"volume (?:discount|pricing)", r"reseller",
    r"(?:would|we['’]d) like to (?:buy|purchase|order \d+|know more|learn more|evaluate)",
    r"(?:looking|want|plan(?:ning)?) to (?:buy|purchase|equip)", r"sales (?:team|rep\w*|call)", r"enterprise plan",
    r"do you (?:offer|sell|ship|have a (?:plan|version))", r"request for (?:proposal|quotation)", r"rf[pq]\b",
    r"how much (?:would|does|do|is)",
    r"angebot\w*", r"preisliste", r"interessier\w+ (?:uns|mich|sich)", r"interesse an", r"mengenrabatt", r"vorführung",
    r"devis\b", r"tarifs?\b", r"intéress\w+ par", r"démonstration", r"presupuesto", r"cotización", r"interesad\w+ en",
    r"demostración", r"preventivo", r"listino", r"interessat\w+ (?:a|ai|al)", r"orçamento", r"cotação",
    r"interessad\w+ (?:em|no|na)", r"offerte\b", r"prijsopgave", r"geïnteresseerd", r"ofert[aęy]\b", r"wycen\w+",
    r"zainteresowan\w+", r"見積", r"導入を検討", r"お見積",
)  # fmt: skip
CAREER = _words(
    r"your (?:job )?(?:advert|advertisement|ad) for", r"(?:my|attached) cv\b", r"cv (?:is )?attached",
    r"(?:offene|freie) stelle", r"poste de\b", r"puesto de\b",
    r"my (?:cv|résumé|resume)\b", r"(?:attached|enclosed|find) (?:is |my |please find )?(?:my )?(?:cv|résumé|resume)\b",
    r"curriculum vitae", r"job (?:application|opening|posting|offer|opportunit\w+)",
    r"apply(?:ing)? for (?:the|a|your) (?:\w+ ){0,4}(?:position|role|job|post|vacancy|internship)",
    r"application for (?:the|a|an|your)? ?(?:\w+ ){0,4}(?:position|role|job|post|internship|traineeship)",
    r"vacanc(?:y|ies)",
    r"internship", r"cover letter", r"career\w*", r"are you hiring", r"hiring\b", r"recruit(?:er|ing|ment)",
    r"bewerb\w+", r"lebenslauf", r"stellenanzeige", r"stellenausschreibung", r"praktikum\w*", r"initiativbewerbung",
    r"candidature", r"offre d'emploi", r"stage de", r"lettre de motivation", r"candidatura", r"vacante",
    r"oferta de (?:empleo|trabajo|emprego)", r"prácticas\b", r"posizione (?:di|lavorativa|aperta)", r"tirocinio",
    r"vaga de",
    r"estágio", r"sollicit\w+", r"vacature", r"stage\b(?= bij)", r"aplikacj[aię] na stanowisko", r"życiorys", r"staż\b",
    r"応募", r"履歴書", r"求人",
)  # fmt: skip
VENDOR = _words(
    r"we (?:are|specialize|specialise|offer|provide|supply|manufacture|help companies)(?: \w+){0,6} (?:supplier|"
    r"manufacturer|"
    r"agency|provider|services?|solutions?|company|in)\b",
    r"our (?:services|agency|product range|catalogue|catalog|portfolio)", r"partnership (?:opportunit\w+|proposal|with)",
    r"become (?:your|a) (?:supplier|partner)", r"supplier (?:of|portal|registration|onboarding)",
    r"vendor (?:form|registration|onboarding)", r"schedule a (?:quick )?(?:call|chat|meeting)",
    r"15[- ]minute (?:call|chat)",
    r"purchase order from", r"our offer for you", r"sponsor(?:ship|ing)?", r"collaborat\w+", r"outsourc\w+",
    r"wholesale offer", r"renewal of your (?:contract|subscription|licen[cs]e) with us",
    r"your (?:hosting|lease|insurance|maintenance) (?:contract|renewal)",
    r"price (?:increase|adjustment) (?:for|as of|from)",
    r"wir (?:bieten|liefern|sind) (?:ihnen|ein(?:e)? (?:führend\w+|hersteller|anbieter|agentur))", r"lieferant\w*",
    r"zusammenarbeit", r"partnerschaft", r"fournisseur\w*", r"partenariat", r"nos services", r"proveedor\w*",
    r"colaboración",
    r"nuestros servicios", r"fornitor\w+", r"collaborazione", r"fornecedor\w*", r"parceria", r"leverancier\w*",
    r"samenwerking", r"dostawc\w+", r"współprac\w+", r"弊社のサービス", r"ご提案",
)  # fmt: skip

#: Category -> its patterns with the points that each distinct word of them gives.
POINTS: dict[Category, tuple[tuple[float, re.Pattern[str]], ...]] = {
    Category.BILLING: ((2.6, BILLING_STRONG), (1.1, BILLING_WEAK)),
    Category.SUPPORT: ((1.7, SUPPORT_STRONG), (0.7, SUPPORT_WEAK)),
    Category.LEGAL: ((3.2, LEGAL_STRONG),),
    Category.LEAD: ((2.4, LEAD),),
    Category.CAREER: ((3.0, CAREER),),
    Category.VENDOR: ((2.2, VENDOR),),
}

OUTAGE = _words(
    r"(?:is|are|was|went|been|everything|service|system|site|website|dashboard|cloud|platform|api)(?: \w+){0,3} (?:down|"
    r"offline|unreachable|unavailable)\b", r"outage", r"nothing works",
    r"(?:no ?one|nobody|none of us) can (?:log|work|access|use|sign)\w*", r"complete(?:ly)? (?:down|failure)",
    r"all (?:our |of our |the |\d+ )?(?:\w+ )?(?:sensors|devices|users|sites|greenhouses) (?:are |went |"
    r"have gone )?(?:down|"
    r"offline|dead|stopped)", r"production (?:is )?(?:down|stopped)", r"we cannot work",
    r"(?:50[0234]|5\d\d) error (?:for everyone|on all)",
    r"ausfall\b", r"totalausfall", r"nichts geht", r"alles steht", r"nicht erreichbar", r"komplett ausgefallen",
    r"keiner kann", r"panne (?:totale|générale)", r"plus rien ne (?:fonctionne|marche)", r"inaccessible",
    r"hors service",
    r"caíd[oa]\b", r"no funciona nada", r"fuera de servicio", r"nadie puede", r"non funziona (?:più )?(?:nulla|niente)",
    r"irraggiungibil\w+", r"nessuno (?:può|riesce)", r"fora do ar", r"nada funciona", r"ninguém consegue",
    r"niets werkt",
    r"onbereikbaar", r"ligt (?:er )?(?:uit|plat)", r"niemand kan", r"nic nie działa", r"awaria\b", r"niedostępn\w+",
    r"システム障害", r"全て停止", r"つながらない",
)  # fmt: skip
URGENT = _words(
    r"urgent\w*", r"asap\b", r"immediately", r"right away", r"emergency", r"critical\b", r"deadline",
    r"within (?:24|48) hours", r"today\b(?=.{0,40}(?:need|must|latest))", r"dringend\w*", r"sofort\b", r"eilt\b",
    r"umgehend",
    r"notfall", r"unverzüglich", r"frist\b", r"en urgence", r"immédiatement", r"au plus vite", r"délai\b", r"urgente\w*",
    r"inmediat\w+", r"de inmediato", r"plazo\b", r"subito", r"immediat\w+", r"scadenza", r"imediat\w+", r"prazo\b",
    r"dringend", r"onmiddellijk", r"spoed\w*", r"pilne?\b", r"natychmiast", r"至急", r"緊急",
)  # fmt: skip
ANGRY = _words(
    r"3rd (?:time|mail|e-?mail|message)", r"answer me\b", r"zum dritten mal",
    r"unacceptable", r"disappoint\w+", r"furious", r"angry", r"ridiculous", r"disgrace\w*", r"terrible", r"worst\b",
    r"third time", r"still (?:no|not|waiting)", r"complain\w*", r"fed up", r"scam\b", r"inakzeptabel", r"unverschämt\w*",
    r"enttäusch\w+", r"beschwer\w+", r"verärgert", r"inacceptable", r"inadmissible", r"déçue?s?\b", r"scandaleu\w+",
    r"réclamation", r"inaceptable", r"decepcion\w+", r"queja", r"vergüenza", r"inaccettabile", r"delus\w+", r"vergogna",
    r"reclamo", r"inaceitável", r"dececion\w+", r"reclamação", r"onacceptabel", r"teleurgesteld", r"klacht",
    r"niedopuszczaln\w+", r"skarg\w+", r"rozczarowan\w+", r"苦情",
)  # fmt: skip
RELAXED = _words(r"no (?:rush|hurry)", r"whenever you", r"when you have (?:a )?(?:time|moment|minute)",
r"just (?:curious|wondering)", r"fyi\b", r"eilt nicht", r"pas urgent", r"sin prisa", r"con calma", r"sem pressa",
r"geen haast", r"nie pilne")  # fmt: skip
THANKS = _words(
    r"thank(?:s| you)", r"thx\b", r"ty\b", r"great\b", r"perfect\b", r"awesome", r"much appreciated", r"got it",
    r"works now",
    r"(?:all )?(?:good|sorted|solved|resolved)\b", r"danke\w*", r"super\b", r"alles klar", r"merci\w*", r"parfait\w*",
    r"gracias", r"perfecto", r"grazie\w*", r"perfetto", r"obrigad\w+", r"perfeito", r"bedankt", r"dank\b", r"top\b",
    r"dzięk\w+", r"ありがとう",
)  # fmt: skip
REQUEST = re.compile(
    r"[?？]|(?<!\w)(?:please|could you|can you|would you|i (?:also |really |just )?(?:want|need|would like|demand|"
    r"request|expect)|we (?:also |really |just )?(?:want|"
    r"need|"
    r"would like|demand|request|expect)|let me know|bitte\b|könn(?:en|ten) sie|ich (?:möchte|bitte|fordere|verlange|"
    r"brauche)|"
    r"wir (?:möchten|bitten|brauchen|fordern)|"
    r"veuillez|merci de|pouvez-vous|pourriez-vous|je (?:souhaite|voudrais|demande|veux)|nous (?:souhaitons|voudrions|"
    r"demandons)|s'il vous plaît|por favor|puede[ns]?|podrían?|quiero|necesito|solicito|necesitamos|"
    r"per favore|potete|potreste|vorrei|vorremmo|chiedo|richiedo|gostaria|poderiam?|preciso|solicito|graag\b|kunt u|"
    r"ik wil|"
    r"wij willen|verzoek|proszę|czy mog\w+|chciał\w+|potrzebuj\w+)|ください|お願い|いただけ",
    _I,
)
