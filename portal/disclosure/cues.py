"""Small words beside a name that tell what it names, and what may stand instead of it."""

from portal.disclosure.bags import bag

TITLES = bag(
    """
    mr mrs ms miss mx dr doctor prof professor rev reverend sir lord lady dame imam sheikh
    shaykh mufti maulana moulana hafiz rabbi pastor fr canon cllr councillor judge hhj dj
    justice pc dc ds di dci dsi dsu wpc pcso sgt sergeant insp inspector supt constable
    detective officer corporal lieutenant colonel captain
    brigadier sapper bombardier auntie aunty aunt uncle nan nanna gran granny nana grandad
    grandpa grandma
    """
)
HARD_TITLES = bag(
    """
    lil mr mrs ms miss mx dr prof cllr hhj pc wpc pcso sgt imam sir
    """
)
"""After these stands a name, whatever the word."""

_CHILD, _PERSON = "the child", "a person"
ROLES = {
    "mum": "the mother", "mother": "the mother", "mam": "the mother", "mummy": "the mother",
    "mom": "the mother", "dad": "the father", "father": "the father", "daddy": "the father",
    "brother": "a brother", "half-brother": "a brother", "step-brother": "a stepbrother",
    "stepbrother": "a stepbrother", "sister": "a sister", "half-sister": "a sister",
    "step-sister": "a stepsister", "stepsister": "a stepsister", "sibling": "a sibling",
    "siblings": "the siblings", "twin": "the twin", "twins": "the twins",
    "aunt": "an aunt", "auntie": "an aunt", "aunty": "an aunt", "uncle": "an uncle",
    "cousin": "a cousin", "cousins": "cousins", "nephew": "a nephew", "niece": "a niece",
    "grandmother": "the grandmother", "grandma": "the grandmother", "gran": "the grandmother",
    "nan": "the grandmother", "nanna": "the grandmother", "nana": "the grandmother",
    "granny": "the grandmother", "nain": "the grandmother", "mamgu": "the grandmother",
    "grandfather": "the grandfather", "grandad": "the grandfather", "granddad": "the grandfather",
    "grandpa": "the grandfather", "taid": "the grandfather", "tadcu": "the grandfather",
    "stepdad": "the stepfather", "step-dad": "the stepfather", "stepfather": "the stepfather",
    "stepmum": "the stepmother", "step-mum": "the stepmother", "stepmother": "the stepmother",
    "husband": "the husband", "wife": "the wife", "partner": "the partner",
    "boyfriend": "the boyfriend", "girlfriend": "the girlfriend",
    "ex-partner": "the former partner",
    "ex": "the former partner", "son": _CHILD, "daughter": _CHILD, "baby": _CHILD, "child": _CHILD,
    "boy": _CHILD, "girl": _CHILD, "student": _CHILD, "pupil": _CHILD, "youngest": _CHILD,
    "eldest": _CHILD, "oldest": _CHILD, "friend": "a friend", "mate": "a friend",
    "neighbour": "a neighbour", "carer": "the carer", "carers": "the carers",
    "guardian": "the guardian", "worker": "the worker", "manager": "the manager",
    "teacher": "a teacher", "tutor": "a teacher", "headteacher": "the headteacher",
    "nurse": "a nurse", "aider": "a first aider", "taker": "the minute taker",
    "midwife": "a midwife", "visitor": "the health visitor",
    "officer": "an officer", "constable": "an officer", "pc": "a police officer",
    "dc": "a police officer", "ds": "a police officer", "di": "a police officer",
    "pcso": "a police officer", "sgt": "a police officer", "dr": "a doctor", "doctor": "a doctor",
    "gp": "the GP", "psychologist": "the psychologist", "psychiatrist": "the psychiatrist",
    "therapist": "the therapist", "counsellor": "the counsellor", "mentor": "the mentor",
    "solicitor": "the solicitor", "barrister": "the barrister", "interpreter": "the interpreter",
    "counsel": "the barrister", "judge": "the judge", "hhj": "the judge", "imam": "the imam",
    "rabbi": "the rabbi", "pastor": "the pastor", "cllr": "a councillor",
    "councillor": "a councillor", "dsl": "the designated safeguarding lead",
    "lead": "the lead", "sw": "the social worker", "ssw": "the social worker", "chair": "the chair",
    "iro": "the independent reviewing officer", "lado": "the LADO", "hv": "the health visitor",
    "coordinator": "the coordinator", "advocate": "the advocate", "landlord": "the landlord",
    "coach": "the coach", "practitioner": "the practitioner", "assistant": "the assistant",
    "provider": "the intervention provider", "ip": "the intervention provider",
    "senco": "the SENCO", "parent": "a parent", "parents": "the parents",
}  # fmt: skip
"""Words before or after a name, folded, to what may stand instead of it."""

KIN = frozenset(
    word
    for word, said in ROLES.items()
    if said.startswith(
        ("the mother", "the father", "a ", "an ", "the step", "the grand", "the child")
    )
    and word not in {"dr", "doctor", "teacher", "tutor", "nurse", "midwife", "pc", "dc", "ds",
                     "di", "sgt",
                     "pcso", "councillor", "cllr", "friend", "mate", "parent", "neighbour"}
) | bag(
    """
    husband wife partner boyfriend girlfriend cousins siblings twin twins ex family
    """
)  # fmt: skip
BELONGINGS = KIN | bag(
    """
    friend friends mate mates parents phone mobile room bedroom house home school teacher worker
    social plan case file behaviour account mother's behalf birthday attendance carer carers
    placement review wishes voice laptop tablet bag locker name surname age address passport
    father's gp nan statement view views foster key care cousin neighbour landlord solicitor
    bank girlfriend boyfriend number mental health older younger youngest eldest little big
    """
)
VERBS = bag(
    """
    said says told tells stated states disclosed discloses reported reports denied denies
    admitted admits asked asks replied attended attends lives lived moved moves went goes came
    comes rang rings called calls phoned texted messaged posted posts wrote writes thinks
    thought feels felt wants wanted likes liked hates hated loves loved knows knew met meets saw
    sees seen showed shows told shouted cried cries laughed smiled hit hits punched kicked
    pushed slapped threatened threatens ran runs left leaves arrived arrives returned returns
    stayed stays sleeps slept travelled travels refused refuses agreed agrees accepted accepts
    confirmed confirms explained explains described describes mentioned mentions claimed claims
    alleged alleges believes believed spoke speaks spends spent drives drove works worked plays
    played watches watched uses used bought buys gave gives took takes got gets has had is was
    does did doesn't didn't wasn't isn't hasn't won't wouldn't can't couldn't presented presents
    appeared appears seemed seems became engaged engages struggled struggles transferred started
    starts stopped stops joined joins enjoys enjoyed visited visits brought brings started tried
    tries sent sends shared shares noted advised advises contacted chaired chairs summarised
    updated requested completed observed raised apologised also just still never always often
    sometimes who whose
    """
)
WEAK_VERBS = bag(
    """
    is was has had does did works worked also just still never always often sometimes who whose
    seems seemed appears appeared becomes became comes came goes runs ran gets got gives gave
    takes shows showed uses used starts started stops stopped presents leaves left brought
    brings plans calls called reports posts states
    """
)
"""Verbs that things have too; a word that is a name only sometimes needs more."""
AFTER_WEAK = bag(
    """
    at told seen asked born placed referred arrested excluded stopped interviewed found missing
    taken removed living attending said disclosed known spoken upset angry crying tearful scared
    quiet late home diagnosed admitted discharged convicted charged being currently now aged
    years very not been a an in on with going due allocated reported moving staying sent given
    worried adamant happy sad covering his her their off
    """
)
LOCATIVES = bag(
    """
    frm in at from near to around outside via across towards nr into within between of over visiting
    visited live lives living left leaving moved moving
    """
)
MEETING = bag(
    """
    to with by called named told asked met rang phoned saw from for and nickname alias aka poss
    rung visited contacted emailed texted messaged re about
    """
)
NOT_NAMES = bag(
    """
    the a an this that these those it its he she his her they their we our you your i my me him
    them us who what when where why how if then than there here and or but so as of in on at by
    for to from with not no yes please thank thanks dear kind regards best sincerely faithfully
    yours hi hello all any some each every both either neither one two three four five six seven
    eight nine ten first second third last next new old other another same such more most less
    least many much few several team manager social worker workers service services head chair
    lead officer police school teacher nurse doctor year panel meeting review plan case child
    children family parent parents mum dad mother father section act level stage group early
    help care health education council court home order referral assessment conference strategy
    protection safeguarding deputy assistant senior principal named designated practitioner
    coordinator director education housing adult adults youth young people person present
    apologies minutes actions action decision date time venue agenda notes note update summary
    background concern concerns risk risks outcome outcomes source event subject sent ref
    contact details address phone mobile email name names surname forename dob ethnicity
    religion language gender male female status category linked added student pupil staff carer
    foster placement key provider duty inbox consultant paediatrician psychologist psychiatrist
    solicitor counsel interpreter guardian independent reviewing visitor support specialist
    intervention safeguards hub centre clinic hospital surgery
    """
)
