"""Identifiers that are known by their form: with a check digit, or with the word that says so.

A mistyped NHS number after "NHS" still counts. Every repetition is bounded, so that no text takes
longer than its length.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from stdnum.gb import nhs, upn

from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists, fold

CERTAIN, LIKELY = Tier.CERTAIN, Tier.LIKELY


class Rule(NamedTuple):
    """A form; its group `it` is the finding, or all of it where there is none."""

    kind: Kind
    tier: Tier
    form: re.Pattern[str]
    why: str


def _rule(kind: Kind, tier: Tier, form: str, why: str) -> Rule:
    return Rule(kind, tier, re.compile(form), why)


_NUMBER = (
    r"(?i:(?:\s?(?:no|number|num|nr|id|ref|reference|code)\b)?[\s.:#|=-]{0,4}(?:is|was|of)?\s{0,2})"
)
_REFERRED = (
    r"(?:case|crime|log|ref|refs|reference|liquidlogic|mosaic|lcs|cad|incident|urn|occurrence|"
    r"tenancy|tenant|file|client|record|eclipse|carefirst|protocol|home office|ho|claim|court|"
    r"application|niche|cris|oasis|prison|noms|pnc|cid|nass|asf|emis|systmone|rio|"
    r"rent|account|policy|licence|permit|visa|brp|arc|port|exhibit|custody|warrant|complaint|"
    r"invoice|swift|ecris|athena|nrm|duty|contact|referral|report|collar|staff|payroll|ticket|"
    r"student|pupil|candidate|hospital|patient|mrn|unit|episode|ics|system|id|bail|intel|5x5x5|"
    r"pin|nomis|p-?nomis|badge|employee|member|membership|collar|shoulder|docket|folio|uprn|travel|"
    r"oyster|travelcard|quot(?:e|ed|ing)|delius|aspire|uasc|vprs|unique|lims|fwin|tag)"
)
_AREA_SURE = (
    r"AB|AL|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|"
    r"EC|EH|EN|EX|FK|FY|GL|GU|HA|HD|HG|HP|HR|HS|HU|HX|IG|IP|IV|KA|KT|KW|KY|LA|LD|LE|LL|LN|LS|LU|"
    r"ME|MK|ML|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|"
    r"SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
"""Letters that postcodes begin with, those of one letter left out."""
_AREA_ANY = rf"(?:(?i:{_AREA_SURE})|[BEGLMNSWbeglmnsw](?=\d))"
_TWO_LETTER_WORDS = (
    r"(?i:of|in|at|to|on|by|is|as|or|an|he|we|am|pm|no|so|up|go|do|if|it|us|me|my|be|st|nd|rd|th|"
    r"hr|kg|km|mm|cm|yr|yo|ft|pa|pw|mg|ml|mb|gb|vs|ad|bc|kb|kw|al|ok|oh|ex|pt|pc|wk)\b"
)
_PLATFORM = (
    r"(?:snap(?:chat)?|sc|insta(?:gram)?|ig|tik ?tok|telegram|discord|xbox|psn|playstation|roblox|"
    r"steam|twitch|twitter|kik|reddit|whatsapp|youtube|facebook|fb|messenger|minecraft|fortnite|"
    r"signal|wickr|tumblr|threads|bluesky|x|vk|gab|4chan|8kun|element|matrix|session|rocket\.?chat|"
    r"onlyfans|omegle|yubo|wizz|spotify|odysee|rumble|bitchute)"
)
_CAR = (
    r"(?:car|van|motor|taxi|cab|minicab|lorry|truck|bike|motorbike|moped|scooter|quad|caravan|"
    r"corsa|golf|fiesta|astra|focus|polo|bmw|audi|mercedes|merc|vw|ford|vauxhall|toyota|prius|"
    r"transit|"
    r"range ?rover|land ?rover|landrover|nissan|qashqai|micra|juke|honda|civic|jazz|kia|picanto|"
    r"hyundai|peugeot|citroen|berlingo|renault|clio|kangoo|megane|skoda|octavia|fabia|seat|ibiza|"
    r"leon|volvo|mini|fiat|mazda|suzuki|swift|tesla|lexus|jaguar|jag|porsche|dacia|sprinter|vivaro|"
    r"caddy|pick-?up|4x4|jeep|yaris|insignia|zafira|mondeo|passat|beetle|defender|discovery|evoque)"
)
_ID = r"(?=[A-Za-z0-9/.:_\-]{0,24}\d[A-Za-z/.:_\-]{0,6}\d[A-Za-z/.:_\-]{0,6}\d)[A-Za-z0-9](?:[A-Za-z0-9/:_\-]|\.(?=[A-Za-z0-9])){2,30}"  # noqa: E501

RULES = (
    _rule(
        Kind.ORGANISATION,
        LIKELY,
        r"\b(?:All S(?:aint|oul)s|Holy (?:Trinity|Cross|Family|Rood)|"
        r"Our Lady(?: of [A-Z]\w{2,12})?|"
        r"Sacred Heart|Christ (?:Church|the King)|Good Shepherd|Corpus Christi|English Martyrs)\b|"
        r"\b(?i:st|saint)\.? (?i:mary|john|paul|peter|anne?|joseph|luke|mark|matthew|george|james|"
        r"thomas|michael|patrick|cuthbert|francis|david|helen|margaret|andrew|stephen|aidan|bede|"
        r"oswald|wilfrid|catherine|chad|clare|edward|edmund|bernadette|teresa|theresa|monica|"
        r"augustine|benedict|dominic|gregory|hilda|hugh|jude|martin|nicholas|philip|saviour|"
        r"swithun|winifred|brigid|columba|ninian|alban|ambrose|austin|barnabas|bartholomew|cecilia|"
        r"clement|gabriel|giles|ignatius|jerome|laurence|lawrence|leonard|matthias|osmund|"
        r"philomena|"
        r"raphael|simon|stephen|thomas more|ursula|vincent|cyprian|cyril|crispin|aldhelm|"
        r"petroc)(?i:'?s)?\b",
        "A school, church or hospital is often called by its saint",
    ),
    _rule(
        Kind.EMAIL, CERTAIN,
        r"(?<![\w.+%-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}",
        "An e-mail address leads to one person or team",
    ),
    _rule(
        Kind.EMAIL, CERTAIN,
        r"(?i)\b[\w.+-]{1,64}\s?(?:\[at\]|\(at\)|\sat\s)\s?[\w-]{1,63}\s?(?:\[dot\]|\(dot\)|"
        r"\sdot\s)\s?[\w.-]{2,60}",
        "An e-mail address, written out",
    ),
    _rule(
        Kind.WEB_ADDRESS, CERTAIN,
        r"(?i)(?:https?://|www\.)[^\s<>()\[\]\"']{3,500}",
        "A web address may lead to a person, a school or a report about them",
    ),
    _rule(
        Kind.WEB_ADDRESS, CERTAIN,
        r"(?i)(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,8}/[\w.~%#?&=+/@-]{1,300}",
        "A web address may lead to a person, a school or a report about them",
    ),
    _rule(
        Kind.WEB_ADDRESS, CERTAIN,
        r"(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|uk|example|info|gg|tv|"
        r"ly)\b(?![\w@])",
        "A web address may lead to a person, a school or a report about them",
    ),
    _rule(
        Kind.POSTCODE, CERTAIN,
        r"\b(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]?[ \n]{0,2}\d[ABD-HJLNP-UW-Z]{2})\b",
        "A postcode stands for about fifteen homes",
    ),
    _rule(
        Kind.POSTCODE, CERTAIN,
        r"\b(?i:[a-pr-uwyz][a-hk-y]?\d[a-z\d]? ?\d(?!st\b|nd\b|rd\b|th\b)[abd-hjlnp-uw-z]{2})\b",
        "A postcode stands for about fifteen homes",
    ),
    _rule(
        # split in odd places, with a letter that no postcode has: SK4 4Z O
        Kind.POSTCODE, CERTAIN,
        r"\b(?=[A-Za-z]{1,2}[ .-]?\d)" + _AREA_ANY + r"[ .-]?\d[\dA-Za-z]?(?: {1,2}|"
        r"[.-] ?)\d ?(?!" + _TWO_LETTER_WORDS
        + r")(?i:[a-z]) ?(?i:[a-z])\b",
        "A postcode, even if mistyped, stands for about fifteen homes",
    ),
    _rule(
        Kind.POSTCODE, CERTAIN,
        r"\b[A-Z] (?:[A-Z] )?\d (?:[A-Z\d] )?\d [A-Z] [A-Z]\b",
        "A postcode, letter by letter",
    ),
    _rule(
        Kind.POSTCODE, LIKELY,
        r"(?<![A-Z]\d )\b(?:in|near|around|from|off|of|the|to|at|outside|covering|across|over|"
        r"via|area|district|"
        r"postcode|"
        r"Manchester|Leeds|London|Birmingham|Sheffield|Liverpool|Bradford|Bristol|Nottingham|"
        r"Leicester)[,:]? \(?(?P<it>(?:" + _AREA_SURE + r")\d{1,2}[A-Z]?|(?:E|N|W)\d{1,2})\b"
        r"(?![-/]?\d|[ -]?[A-Z]{2,}\d| \d)",
        "The first half of a postcode names a district",
    ),
    _rule(
        Kind.POSTCODE, CERTAIN,
        r"(?i:\bpost ?code|\bp/?code)\b(?i:[\s:#=|,(-]{1,4}(?:is|was|given as|as|of|begins|"
        r"starts|with|"
        r"ending)?){1,3}\s?(?P<it>(?=[A-Z]{0,3}[\d\s])"
        r"[A-Za-z]{1,3}\d{0,2}[A-Za-z]?(?: {0,2}\d ?[A-Za-z]{0,2})?)(?!\w)",
        "What stands after the word postcode",
    ),
    _rule(
        Kind.POSTCODE, CERTAIN,
        r"\b(?P<it>[A-Z]{2,3}\d? \d[A-Z]{2})(?= ?\(?(?i:post ?code))",
        "What stands before the word postcode",
    ),
    _rule(
        Kind.POSTCODE, LIKELY,
        r"(?i:postcode|post code)\W{0,3}(?:(?i:is|area|district|"
        r"of)\s)?(?P<it>[A-Za-z]{1,2}\d{1,2}[A-Za-z]?)\b",
        "The first half of a postcode names a district",
    ),
    _rule(
        Kind.NATIONAL_INSURANCE_NUMBER, CERTAIN,
        r"\b(?i:[a-z]{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?[a-d])\b",
        "The form of a National Insurance number",
    ),
    _rule(
        Kind.NATIONAL_INSURANCE_NUMBER, CERTAIN,
        r"(?i:\bnino|\bni\b|national insurance|\bn\.i\.)" + _NUMBER
        + r"(?P<it>(?i:[a-z]{1,3})?[\s-]?\d(?:[\s-]?\d){4,7}[\s-]?(?i:[a-z]\b)?)",
        "A number after the words National Insurance, even if mistyped",
    ),
    _rule(
        Kind.UNIQUE_PUPIL_NUMBER, CERTAIN,
        r"(?i:\bupn\b|\buln\b|unique (?:pupil|learner))" + _NUMBER
        + r"(?P<it>(?i:[a-z])?(?:[\s-]?\d){8,12}(?i:[\s-]?[a-z0-9])?)\b",
        "A number after the letters UPN or ULN, even if mistyped",
    ),
    _rule(
        Kind.UNIQUE_PUPIL_NUMBER, CERTAIN, r"\b[A-Z]\d{11}[A-Z0-9]\b",
        "The form of a unique pupil number",
    ),
    _rule(
        Kind.PASSPORT, CERTAIN,
        r"(?i:passport|identity card|id card|travel document|laissez-passer)(?:(?i:\s(?:no|num|"
        r"number)\.))?[^\n.;]{0,40}?(?P<it>\b(?i:[a-z]{0,3})\s?\d(?:\s?\d){5,9}"
        r"|\b(?=(?:[A-Z]{0,8}\d){4})[A-Z0-9]{6,12})\b",
        "A number after the word passport",
    ),
    _rule(
        Kind.DRIVING_LICENCE, CERTAIN,
        r"\b[A-Z]{2,5}9{0,3}\d{6}[A-Z9]{2}\s?\d?[A-Z]{2}\b",
        "The form of a driving licence number",
    ),
    _rule(
        Kind.BANK_ACCOUNT, CERTAIN,
        r"(?i:sort code|s/c)\W{0,4}(?P<it>\d{2}[-\s]?\d{2}[-\s]?\d{2})\b",
        "A sort code",
    ),
    _rule(
        Kind.VEHICLE, CERTAIN,
        r"\b[A-Z]{2} ?\d{2}[ -]?[A-Z]{3}\b",
        "The form of a vehicle registration",
    ),
    _rule(
        Kind.VEHICLE, CERTAIN,
        r"(?i:\b(?:reg|registration|plate|plates|index|vrm|vehicle|car|van|taxi|moped|motorbike|"
        r"bike|driv(?:es?|ing|en)|"
        r"corsa|golf|fiesta|astra|focus|polo|bmw|audi|mercedes|vw|ford|vauxhall|toyota|prius|"
        r"transit)\b)"
        r"[^.\n]{0,50}?\b(?P<it>(?i:[a-z]{2}\d{2}[ -]?[a-z]{3}|[a-z]\d{1,3}[ -]?[a-z]{3}|"
        r"[a-z]{3}[ -]?\d{1,3}[a-z])"
        r"|[A-Z]{2}\d{2}|[A-Z]\d{2,3})\b(?![ -]?\d)",
        "A vehicle registration, or the beginning of one",
    ),
    _rule(
        Kind.VEHICLE, CERTAIN,
        r"\b(?i:(?:part(?:ial)?|half)(?: of)?(?: the)? (?:reg|plate|vrm|index|number ?plate|"
        r"registration)|"
        r"(?:reg|plate|plates|vrm|index|number ?plate|registration)\b[^.\n]{0,24}"
        r"\b(?:end(?:s|ed|ing)?|beg[ai]n(?:s|ning)?|start(?:s|ed|ing)?|finish(?:es|ing)?|"
        r"last (?:three|3|"
        r"letters)|part|letters?))(?i: in| with| are| is| was| as|:|,){0,2} [\"']?"
        r"(?P<it>[A-Z]{2,3}(?: ?\d{1,3})?|[A-Z]\d{1,3}|[A-Z][. ][A-Z][. ][A-Z])\b",
        "Part of a vehicle registration",
    ),
    _rule(
        Kind.VEHICLE, CERTAIN,
        r"\b(?=[A-Za-z4])(?i:" + _CAR + r"(?:'?s)?)\b(?i:,? \(?(?:is|was|has|with|had|reg|plate|"
        r"number|private|the|a|in|"
        r"be|says|reads|its|index)){0,4}[ :,(\"']{1,3}"
        r"(?P<it>(?!(?:[A-Za-z]\d|\d{1,3}[A-Za-z]{1,2}|(?:19|"
        r"20)\d\d[a-z]?)\b(?! ?\d))(?=[A-Za-z\d]{0,6}[A-Za-z])"
        r"(?=[A-Za-z\d?*]{0,6} ?[A-Za-z]{0,2}[\d?*])"
        r"[A-Za-z\d?*]{2,5} ?[A-Za-z\d?*]{2,3}|[A-Z]\d{1,3} ?[A-Z]{2,4}|[A-Z]{2,4}\d{1,3})"
        r"(?![\w/-])(?=[ .,;)\"'\n]|$)",
        "A vehicle registration of somebody's own choice, or mistyped",
    ),
    _rule(
        Kind.VEHICLE, CERTAIN,
        r"\b(?!Y\d|S\d\d )[A-Z]\d{2,3} [A-Z]{3}\b(?! ?[a-z])",
        "The form of a vehicle registration",
    ),
    _rule(
        Kind.CASE_REFERENCE, CERTAIN,
        r"(?i:\b(?:log|cad|incident)\b)" + _NUMBER
        + r"(?P<it>\d{1,6}\s?(?:of|/|dated)\s?\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?)\b",
        "The number of a police log",
    ),
    _rule(
        Kind.CASE_REFERENCE, CERTAIN,
        r"(?i:\b" + _REFERRED + r"\b)" + _NUMBER
        + r"(?P<it>\b" + _ID + r"(?:(?: of |/)\d[\d/.]{2,9}\d)?)",
        "A reference by which a record can be found",
    ),
    _rule(
        Kind.CASE_REFERENCE, CERTAIN,
        r"(?i:\b" + _REFERRED + r"\b)" + _NUMBER
        + r"(?P<it>\b[A-Z]{1,5} \d{1,8}(?: \d{1,6}){1,3}|"
        r"\b(?!(?:19|20)\d\d )\d{3,6}(?: \d{2,6}){1,3})\b",
        "A reference by which a record can be found",
    ),
    _rule(
        Kind.CASE_REFERENCE, CERTAIN,
        r"\b(?:[A-Z]\d{4}[A-Z]{2}|[A-Z]\d{2}[A-Z]{2}\d{3}|\d{2}[A-Z]\d{4}[A-Z]|"
        r"[A-Z]{1,4}\d{3,6}/[A-Z0-9]{1,4})\b",
        "The form of a custody, prison or case number",
    ),
    _rule(
        Kind.CASE_REFERENCE, CERTAIN,
        r"\b[A-Z]{1,6}[A-Z0-9]{0,6}[-/](?=[A-Z0-9/-]{0,20}\d[A-Z/-]{0,4}\d[A-Z/-]{0,4}\d[A-Z/-]{0,4}\d?)[A-Z0-9]{1,12}(?:[-/][A-Z0-9]{1,12}){0,4}\b",
        "The form of a case reference",
    ),
    _rule(
        Kind.CASE_REFERENCE, CERTAIN,
        r"\b(?:\d{2}/\d{3,8}/\d{2,4}|[A-Z]{2}\d{2}[A-Z]\d{5}|[A-Z]{2,6} ?\d{6,12}|"
        r"[A-Z]\d{7,10}(?:/\d{1,3})?)\b",
        "The form of a case reference",
    ),
    _rule(
        Kind.NUMBER, CERTAIN,
        r"(?<![\w.])(?!127\.|0\.|10\.|255\.|192\.168\.)(?:(?:25[0-5]|2[0-4]\d|"
        r"1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]\w)",
        "An address of a computer leads to a household",
    ),
    _rule(
        Kind.BANK_ACCOUNT, CERTAIN, r"(?<![\w/-])\d\d-\d\d-\d\d(?![\w/-])",
        "The form of a sort code",
    ),
    _rule(
        # kezza.w1488
        Kind.HANDLE, CERTAIN,
        r"(?<![\w.@/-])(?!(?:para|fig|sec|art|sch|reg|chap|page|vol|ver|rev|draft|final|"
        r"[a-z]{0,20}\.(?:mp|h|x|m)\d\b)[a-z]{0,8}\.)"
        r"[a-z]{2,20}(?:[._][a-z]{1,20}){1,3}\.?\d{1,8}(?![\w/]|\.\w)",
        "A name that someone uses online",
    ),
    _rule(
        Kind.HANDLE, CERTAIN,
        r"(?<![\w.@/-])(?P<it>(?=[A-Za-z\d_-]{0,24}[\d._])[A-Za-z][\w.-]{2,28}\w)(?=[\"']? (?:on|"
        r"via|over|through|from) (?:his |her |"
        r"their |the )?(?i:" + _PLATFORM + r")\b)",
        "A name that someone uses online",
    ),
    _rule(
        Kind.HANDLE, CERTAIN,
        r"(?i)\b(?:user ?name|screen ?name|chat ?name|gamer ?tag|handle|profile|tag|psn|added by|"
        r"messaged by|dm'?s? from|messages? from|friend request from|contact called|account|"
        r"user|streams as|posts as|posting as|plays as|name on there|known online as|online as|"
        r"signed (?:in|on) as|logged in as|" + _PLATFORM + r")(?: name| id| user| account|"
        r" called| named)?"
        r"(?:[:=]| is| was| as|,)? [\"']?(?P<it>(?=[\w.-]{0,26}[A-Za-z])(?=[\w.-]{0,26}\d)"
        r"(?!\d{1,2}(?:st|nd|rd|th|am|pm)\b)"
        r"(?![A-Za-z]{0,2}\d{1,2}\b(?!\.))[A-Za-z\d][\w.-]{2,28}\w|"
        r"[a-z]{2,16}(?:[._][a-z]{1,16}){1,3}(?:[._]\d{1,8})?)(?![\w@]|\.\w)",
        "A name that someone uses online",
    ),
    _rule(
        # Steam's numbers of accounts, and names with hyphens
        Kind.HANDLE, CERTAIN, r"\b7656119\d{10}\b|(?<=\bu/)[\w-]{3,24}\b",
        "A name that someone uses online",
    ),
    _rule(
        Kind.HANDLE, CERTAIN,
        r"(?<![\w.@/])@[A-Za-z0-9_](?:[\w.]{0,28}\w)?",
        "A name that someone uses online",
    ),
    _rule(Kind.HANDLE, CERTAIN, r"\b[\w.]{2,32}#\d{4}\b", "A name that someone uses on Discord"),
    _rule(
        Kind.HANDLE, CERTAIN,
        r"(?<![\w/.])(?=\w{0,30}[A-Za-z])"
        r"[A-Za-z0-9]{1,20}(?:_{1,3}[A-Za-z0-9]{1,20}){1,4}_{0,2}(?![\w/])",
        "A name with underscores, as people use them online",
    ),
    _rule(
        Kind.HANDLE, CERTAIN,
        r"(?i:\b(?:snap|snapchat|insta|instagram|tiktok|tik tok|telegram|discord|xbox|psn|"
        r"playstation|roblox|"
        r"fortnite|minecraft|steam|twitch|twitter|whatsapp|facebook|fb|youtube|reddit|kik|gamer "
        r"?tag|game ?tag|"
        r"user ?name|handle|screen ?name|online|gaming name|plays as|posts as|posting as|goes by|"
        r"signal|4chan|8kun|gab|bitchute|channel called|server)\b)[^\n.;@]{0,34}?"
        r"(?<![\w-])(?P<it>(?=\w{0,20}(?:[a-z][A-Z]|\d[A-Za-z]|[A-Za-z]{3}\d|"
        r"\w\.\w))[A-Za-z][\w.]{3,29}[A-Za-z0-9_])\b",
        "A name that someone uses online",
    ),
    _rule(
        Kind.HANDLE, LIKELY,
        r"(?i:\b(?:server|channel|chat|chat ?room|group chat|gc|clan|guild|lobby|subreddit)\s"
        r"(?:is |was )?(?:called|named|titled))\s['\"]?"
        r"(?P<it>[A-Z0-9][\w'-]{1,24}(?:\s[A-Z0-9][\w'-]{1,24}){0,4})",
        "The name of a group online leads to those in it",
    ),
    _rule(
        Kind.HANDLE, CERTAIN,
        r"(?i:\b(?:server|channel|chat|chat ?room|gc|clan|guild|subreddit|podcast|"
        r"facebook (?:page|group)),?"
        r" )['\"](?P<it>[A-Z0-9][\w'-]{1,24}(?:\s[A-Za-z0-9][\w'-]{1,24}){0,4})['\"]",
        "The name of a group online leads to those in it",
    ),
    _rule(
        Kind.CASE_REFERENCE, CERTAIN,
        r"(?i:\b(?:exhibit|production|item|seizure|seal)\b)" + _NUMBER
        + r"(?P<it>[A-Z]{2,4}[/-]?\d{1,4}(?:/\d{1,4})?)\b",
        "The number of an exhibit leads to the police record",
    ),
    _rule(
        Kind.BANK_ACCOUNT, CERTAIN,
        r"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b", "The form of a bank card number",
    ),
)  # fmt: skip

_PHONE = re.compile(
    r"(?<![\w.£/-])(?:(?:\+|00)44[\s.-]?(?:\(0\)[\s.-]?)?|\(?0)(?:\d[\s().-]{0,2}){8,9}\d(?![\d])"
    r"(?:,?\s?(?i:extension|extn?|x)\b\.?:?\s?\d{2,6}\b|,?\s?x\d{2,6}\b)?"
)
_PHONE_ODD = re.compile(
    r"(?<![\w.£/-])(?:07\d{3}/\d{6}|0\d{2,4}/\d{3,4}[ /-]?\d{3,4}|"  # 07700/900331
    r"(?:\+|00 ?)(?!44)[1-9]\d{0,2}(?:[ .()-]{0,2}\d){7,12}|"  # another country
    r"\(?0\d{2,4}\)?[ -]?(?=[\d?xX*_ -]{0,12}[?xX*_])(?:[ -]?[\d?xX*_]){5,7})(?![\w/])"
    r"|(?<=\s)x\d{4,5}\b(?![-/.])"
)
_EXTENSION = re.compile(
    r"(?i)\b(?:extension|extn?)\b\.?:?\s?(?:no\.?\s)?"
    r"(?!(?:19|20)\d\d\b)(?P<it>\d{3,6})\b"
)
_PHONE_SAID = re.compile(
    r"(?i:\b(?:tel|telephone|phone|mobile|mob|call|ring|rang|text|fax|whatsapp|ph|landline)\b)"
    r"[^\n\d.;]{0,20}(?P<it>\+?\d(?:[\s-]?\d){5,12})(?!\d)"
)
_FREE = re.compile(r"\(?0(?:800|808|300|345|845|870)")
_OF_A_TEAM = re.compile(
    r"(?:\b(?:EDT|EDS|OOH|MASH)\b|(?i:\b(?:emergency duty|out[ -]of[ -]hours (?:team|duty|social|"
    r"number|line)|duty (?:team|desk|line|sw|social worker|officer|number|worker|phone|manager)|"
    r"front door|local (?:team|office)|switchboard|team|reception)\b))"
    r"(?:[\s:,.()\u2013-]{0,2}\b(?:on|at|is|tel|telephone|phone|number|no|via|tonight|after \w+)\b)"
    r"{0,3}[\s:,.()\u2013-]{0,3}$"
)
_AFTER_IT_A_TEAM = re.compile(
    r"\s?[(,\u2013-]\s?(?:the )?(?:EDT|OOH|(?i:emergency duty|duty team))\b"
)
_OF_THE_NATION = re.compile(
    r"(?i)\b(?:help ?line|hot ?line|childline|nspcc|samaritans|national\w*|crimestoppers|crisis|"
    r"freephone|papyrus|refuge|barnardo'?s|anti-terror\w*|counter.terror\w*|policing|prevent duty|"
    r"charity|advice line|free to call|citizens advice|respect|stop it now|ceop)\b"
)
_YEARS = re.compile(r"(?:(?:19|20)\d\d[ -]){1,3}(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d")
_LONG = re.compile(r"(?<![\w£.,/-])\d(?:[ -]?\d){7,15}(?![\w/]|[.,]\d)")
_OF_A_BOOK = re.compile(r"(?i)\b(?:isbn|issn|charity|company)\b[^\n]{0,16}$")
_NHS_SAID = re.compile(r"(?i)\bnhs\b[^\n]{0,24}$")
_HANDLE_SAID = re.compile(
    r"(?i:\b(?:snap|snapchat|insta|instagram|tiktok|tik tok|telegram|discord|xbox|psn|roblox|"
    r"steam|twitch|"
    r"twitter|kik|reddit|gamer ?tag|user ?name|handle|screen ?name)\b)"
    r"(?:\s(?:user ?name|name|account|handle|id|tag|user|profile|page))?"
    r"(?:\s?[:=]\s?|\s(?:is|as|was|called|under)\s|(?i:(?<=username)|(?<=gamertag)|(?<=user name)|"
    r"(?<=screen name)|(?<=psn))\s)['\"]?(?P<it>[A-Za-z0-9][\w.]{2,29})"
)
_PUBLIC_SITES = re.compile(
    r"(?i)(?:https?://)?(?:[\w-]{1,40}\.)?(?:(?:www|assets\.publishing\.service|educateagainsthate|"
    r"explore-education-statistics\.service|get-information-schools\.service)\.gov\.uk|gov\.uk|"
    r"legislation\.gov\.uk|nhs\.uk|england\.nhs\.uk|nspcc\.org\.uk|actearly\.uk|"
    r"educateagainsthate\.com|iwf\.org\.uk|ceop\.police\.uk|ofsted\.gov\.uk|parliament\.uk|"
    r"scie\.org\.uk|nice\.org\.uk|ico\.org\.uk|judiciary\.uk)(?=[/?#:]|$)"
)


def structured(text: str, lists: Lists) -> Iterator[Candidate]:
    """Give the identifiers in a plain text that are known by their form."""
    for rule in RULES:
        for match in rule.form.finditer(text):
            group: int | str = "it" if "it" in rule.form.groupindex else 0
            start, end = match.span(group)
            end -= len(text[start:end]) - len(text[start:end].rstrip(" .,;:!?'\"-/"))
            if end > start and not _harmless(rule.kind, text[start:end], text, start, lists):
                yield Candidate(start, end, rule.kind, rule.tier, rule.why)
    yield from _phones(text)
    yield from _numbers(text)
    for match in _HANDLE_SAID.finditer(text):
        said = fold(match["it"].rstrip("."))
        if not lists.known(said):
            start = match.start("it")
            end = start + len(match["it"].rstrip("."))
            yield Candidate(start, end, Kind.HANDLE, CERTAIN, "A name that someone uses online")


def _harmless(kind: Kind, said: str, text: str, start: int, lists: Lists) -> bool:
    """Say whether a form that fits is something everybody has."""
    if kind is Kind.WEB_ADDRESS:
        return bool(_PUBLIC_SITES.match(said)) or (
            "/" not in said and said.count(".") == 1 and said.endswith((".tv", ".ly", ".gg"))
        )
    if kind is Kind.HANDLE:
        if _is_field(said, text, start):
            return True
        return bool(_PUBLIC_SITES.match(said)) or said in {"e.g", "i.e"} or lists.says_nothing(said)
    if kind is Kind.CASE_REFERENCE:
        return bool(
            re.fullmatch(r"(?:19|20)\d\d(?:[-/](?:\d\d|20\d\d))?|\d{1,3}", said)
            or re.match(r"(?i)dfe|isbn|hc |cm ?\d|covid|[a-z]{1,6}/\d{1,2}/\d{1,2}$", said)
            or re.fullmatch(r"\d{1,2}[/.:-]\d{1,2}(?:[/.:-]\d{2,4})?", said)
        )
    return False


def _is_field(said: str, text: str, start: int) -> bool:
    """Say whether it is the name of a field at the start of a line: "search_words:"."""
    begins = start == 0 or text[start - 1] == "\n"
    return begins and said.islower() and text[start + len(said) : start + len(said) + 1] == ":"


def _phones(text: str) -> Iterator[Candidate]:
    why = "A telephone number leads to one person or team"
    for match in _PHONE.finditer(text):
        if not _FREE.match(match[0]) or _of_a_team(text, *match.span()):
            yield Candidate(*match.span(), Kind.PHONE, CERTAIN, why)
    for match in _PHONE_ODD.finditer(text):
        if not _FREE.match(match[0]):
            yield Candidate(*match.span(), Kind.PHONE, CERTAIN, why)
    for match in _EXTENSION.finditer(text):
        yield Candidate(*match.span("it"), Kind.PHONE, CERTAIN, why)
    for match in _PHONE_SAID.finditer(text):
        digits = re.sub(r"\D", "", match["it"])
        if not _FREE.match(match["it"]) and not re.fullmatch(r"(?:19|20)\d\d(?:19|20)\d\d", digits):
            yield Candidate(*match.span("it"), Kind.PHONE, CERTAIN, why)


def _of_a_team(text: str, start: int, end: int) -> bool:
    """Say whether a number that is free to ring is a local team's and no national helpline's."""
    before = text[max(0, start - 60) : start]
    named = _OF_A_TEAM.search(before) or _AFTER_IT_A_TEAM.match(text, end)
    line = before[before.rfind("\n") + 1 :] + text[end : end + 30]
    return bool(named) and not _OF_THE_NATION.search(line)


def _numbers(text: str) -> Iterator[Candidate]:
    """Give numbers of eight or more digits, with what their check digit or context says."""
    for match in _LONG.finditer(text):
        said = re.sub(r"\D", "", match[0])
        before = text[max(0, match.start() - 40) : match.start()]
        if _FREE.match(match[0]) or _YEARS.fullmatch(match[0]) or _OF_A_BOOK.search(before):
            continue
        if _NHS_SAID.search(before):
            why = "A number after the letters NHS, even if mistyped"
            yield Candidate(*match.span(), Kind.NHS_NUMBER, CERTAIN, why)
        elif len(said) == 10 and nhs.is_valid(said):
            why = "A number with the check digit of an NHS number"
            yield Candidate(*match.span(), Kind.NHS_NUMBER, CERTAIN, why)
        elif len(said) == 13 and upn.is_valid(said):
            yield Candidate(*match.span(), Kind.UNIQUE_PUPIL_NUMBER, CERTAIN, "A pupil's number")
        else:
            why = "A number this long may be the number of a record, an account or a person"
            yield Candidate(*match.span(), Kind.NUMBER, LIKELY, why)
