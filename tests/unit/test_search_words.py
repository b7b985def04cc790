"""Words as the search takes them: which count, which are the same, what they stand for, slips."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.config import ROOT
from portal.library import vocabularies
from portal.search import analysis, spelling, syntax, thesaurus
from portal.search.thesaurus import Thesaurus

ANYTHING = st.text(st.characters())
OWN_WORDS = ROOT / "content" / "search-words.yaml"


# ---- Which words are the same


@pytest.mark.parametrize(
    "forms",
    [
        ("child", "Children", "CHILD", "child's", "child’s", "children’s", "childs"),
        ("woman", "women", "women’s"),
        ("man", "men"),
        ("referral", "referrals", "refer", "referred", "referring"),
        ("authority", "authorities"),
        ("radicalise", "radicalised", "radicalising", "radicalization", "radicalisation"),
        ("section 47", "Section 47", "sections 47", "sec 47", "sect. 47", "s47", "s.47", "S. 47"),
        ("section 47A", "s47a"),
        ("M.A.S.H.", "M.A.S.H", "m.a.s.h.", "MASH", "mash"),
        ("organise", "organize", "organisation", "organizational"),
        ("analysing", "analyzing"),
        ("behaviours", "behaviors"),
        ("neighbourhood", "neighborhood"),
        ("counselled", "counseled"),
        ("labelling", "labeling"),
        ("centres", "centers"),
        ("offence", "offense"),
        ("practise", "practice"),
        ("licensed", "licenced"),
        ("programme", "program", "programs"),
        ("enrolment", "enrollment", "enrol", "enrolled"),
        ("judgment", "judgement"),
        ("paediatric", "pediatric"),
        ("gynaecology", "gynecology"),
        ("orthopaedic", "orthopedic"),
        ("mum", "mom", "mums", "moms"),
    ],
    ids=lambda forms: forms[0],
)
def test_forms_and_spellings_of_a_word_are_one(forms: tuple[str, ...]) -> None:
    assert len({tuple(analysis.stems(form)) for form in forms}) == 1
    assert len(analysis.stems(forms[0])) == 1


def test_words_that_only_look_alike_are_apart() -> None:
    words = [
        *("authority", "author", "university", "universal", "police", "policy", "section 47"),
        *("section 17", "section 4", "47", "s47A", "organ", "organise", "general", "generate"),
    ]
    for one, other in combinations(words, 2):
        assert analysis.stems(one) != analysis.stems(other), (one, other)


@pytest.mark.parametrize(
    "text",
    ["the", "Who’s there?", "DON'T", "don’t", "we'll", "They’ve", "I’m", "it's", "a", "x", "_ & -"],
)
def test_small_words_tell_nothing_whatever_an_apostrophe_leaves_of_them(text: str) -> None:
    assert analysis.stems(text) == []


def test_an_apostrophe_before_a_number_makes_no_section() -> None:
    assert analysis.stems("the girl’s 47 messages") == analysis.stems("the girls: 47 messages")


def test_a_digit_tells_something_where_a_letter_does_not() -> None:
    assert analysis.stems("year 4, class b") == ["year", "4", "class"]


@settings(max_examples=200, deadline=None)
@given(text=ANYTHING)
def test_tokens_say_where_their_words_stand(text: str) -> None:
    found = list(analysis.tokens(text))
    assert [token.stem for token in found] == analysis.stems(text)
    assert [stem for stem, _ in analysis.words(text)] == analysis.stems(text)
    assert analysis.words(text) == [(t.stem, text[t.start : t.end].casefold()) for t in found]
    end = 0
    for token in found:
        assert end <= token.start < token.end
        assert analysis.stem(text[token.start : token.end]) == token.stem
        end = token.end


# ---- What a search means


def words(text: str) -> list[str]:
    return [word for _, word in syntax.parse(text).words]


def clauses(parsed: list[syntax.Clause]) -> list[tuple[str, str]]:
    return [(clause.field, " ".join(clause.stems)) for clause in parsed]


@pytest.mark.parametrize(
    ("text", "free", "required", "excluded"),
    [
        ("a boy’s passport", ["boy", "passport"], [], []),
        ('"signs of safety" met', ["signs", "safety", "met"], [("", "sign safeti")], []),
        ("“signs of safety”", ["signs", "safety"], [("", "sign safeti")], []),
        ('"mentor"', ["mentor"], [("", "mentor")], []),
        ("police -school", ["police"], [], [("", "school")]),
        ("police –school", ["police"], [], [("", "school")]),
        ('police -"early help"', ["police"], [], [("", "earli help")]),
        ("Title:Mentor", ["mentor"], [("title", "mentor")], []),
        ('title:"early help"', ["early", "help"], [("title", "earli help")], []),
        ("-title:mentor", [], [], [("title", "mentor")]),
        ('-title:"early help"', [], [], [("title", "earli help")]),
        ("multi-agency", ["multi", "agency"], [], []),
        ("2016–2017", ["2016", "2017"], [], []),
        ('"early"-help', ["early", "help"], [("", "earli")], []),
        ("police - school", ["police", "school"], [], []),
        ('"signs of safety', ["signs", "safety"], [], []),
        ('safety" first', ["safety", "first"], [], []),
        ("subtitle:mentor body:mentor", ["subtitle", "mentor", "body", "mentor"], [], []),
        ('"section 47" enquiry', ["section 47", "enquiry"], [("", "s47")], []),
        ("section 47 -section", ["section 47"], [], [("", "section")]),
        ('"the" -the title:the', [], [], []),
        ('"" - -- -"" " “', [], [], []),
        ("", [], [], []),
    ],
)
def test_signs_of_a_search_are_read(
    text: str,
    free: list[str],
    required: list[tuple[str, str]],
    excluded: list[tuple[str, str]],
) -> None:
    parsed = syntax.parse(text)
    assert words(text) == free
    assert clauses(list(parsed.required)) == required
    assert clauses(list(parsed.excluded)) == excluded
    assert parsed.empty == (not free and not excluded)


def test_signs_mean_something_up_to_a_dozen_words_and_nothing_in_prose() -> None:
    twelve = "one two three four five six seven eight nine ten eleven twelve".replace("one", "1")
    assert len(words(f'{twelve} "twelve"')) == 13
    assert not syntax.parse(f'{twelve} "twelve" -six').required
    assert not syntax.parse(f'{twelve} "twelve" -six').excluded
    eleven = twelve.removesuffix(" twelve")
    assert syntax.parse(f"the of {eleven} -school").excluded
    assert not syntax.parse(f"the of {twelve} -school").excluded


@settings(max_examples=200, deadline=None)
@given(
    text=ANYTHING | st.lists(st.sampled_from(['"', "-", "title:", "boy", " ", "“"])).map("".join)
)
def test_any_text_can_be_read_and_read_plainly(text: str) -> None:
    parsed = syntax.parse(text)
    assert set(parsed.words) <= set(syntax.plain(text).words)
    for clause in (*parsed.required, *parsed.excluded):
        assert clause.source in text
        assert clause.stems
    plain = syntax.plain(text)
    assert not plain.required
    assert not plain.excluded
    assert [stem for stem, _ in plain.words] == analysis.stems(text)


def test_each_clause_can_be_taken_out_of_a_search() -> None:
    text = 'boy "early help"  -school title:mentor'
    assert syntax.without_each_clause(text) == [
        ('"early help"', "boy -school title:mentor"),
        ("title:mentor", 'boy "early help" -school'),
        ("-school", 'boy "early help" title:mentor'),
    ]
    assert syntax.without_each_clause("boy school") == []


# ---- What else is meant

WORDS = Thesaurus(
    same=[["mosque", "masjid", "place of worship"], ["EDT", "emergency duty team"], ["the", "of"]],
    also=[(["dad", "my old man"], ["parent", "wider family"])],
    signs={
        ("age_band", "age-11-14"): ["aged 12", "year 8"],
        ("legal_route", "s47"): ["section 47"],
        ("themes", "nothing"): ["the"],
    },
)


def stemmed(*phrases: str) -> set[tuple[str, ...]]:
    return {tuple(analysis.stems(phrase)) for phrase in phrases}


def related(text: str) -> list[set[tuple[str, ...]]]:
    return [set(found.phrases) for found in WORDS.related(analysis.stems(text))]


def test_each_name_of_a_thing_leads_to_its_other_names() -> None:
    assert related("the masjid") == [stemmed("mosque", "place of worship")]
    assert related("a Place of Worship") == [stemmed("mosque", "masjid")]
    assert related("the EDT") == [stemmed("emergency duty team")]
    assert related("emergency duty teams") == [stemmed("EDT")]


def test_an_implied_word_leads_nowhere() -> None:
    assert related("my old man and dad") == [stemmed("parent", "wider family")] * 2
    assert related("a parent of the wider family") == []


@pytest.mark.parametrize("text", ["worship place", "emergency team duty", "a place", "the of", ""])
def test_only_a_whole_phrase_leads_anywhere(text: str) -> None:
    assert related(text) == []


def test_what_means_the_same_weighs_more_than_what_is_implied() -> None:
    (same,) = WORDS.related(analysis.stems("masjid"))
    (implied,) = WORDS.related(analysis.stems("dad"))
    assert 0 < implied.weight < same.weight < 1


def test_signs_are_runs_of_words_and_each_term_is_told_once() -> None:
    def signs(text: str) -> list[tuple[str, str]]:
        return list(WORDS.signs_in(analysis.stems(text)))

    assert signs("An s.47 enquiry about a girl in year 8, aged 12.") == [
        ("legal_route", "s47"),
        ("age_band", "age-11-14"),
    ]
    assert signs("She was 12 and had aged; the year began 8 weeks ago. Section 17.") == []
    assert WORDS.signed_terms == {("age_band", "age-11-14"), ("legal_route", "s47")}


def test_without_a_file_there_are_no_curated_words(tmp_path: Path) -> None:
    assert not thesaurus.read(tmp_path / "search-words.yaml").signed_terms


@pytest.mark.parametrize(
    "text",
    [
        "same: [",
        "- same",
        "just words",
        "synonyms: []",
        "same: 5",
        "same: [mosque, masjid]",
        "same: [[mosque, 47]]",
        "same: {mosque: masjid}",
        "also: 5",
        "also: [[dad, parent]]",
        "also: [{from: [dad]}]",
        "also: [{from: [dad], to: parent}]",
        "also: [{from: [dad], to: [parent], too: []}]",
        "signs: [aged 12]",
        "signs: {age_band: [aged 12]}",
        "signs: {age_band: {age-11-14: aged 12}}",
        "signs: {age_band: {age-11-14: [12]}}",
    ],
)
def test_a_file_of_words_that_says_something_else_is_refused_in_words(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "search-words.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"search-words\.yaml"):
        thesaurus.read(path)


@pytest.mark.parametrize("text", ["", "# nothing yet", "same:\nalso:\nsigns:", "same: []"])
def test_a_file_may_have_no_words_yet(tmp_path: Path, text: str) -> None:
    path = tmp_path / "search-words.yaml"
    path.write_text(text, encoding="utf-8")
    assert not list(thesaurus.read(path).related(["mosqu"]))


def test_the_words_of_the_library_can_be_read_and_their_signs_lead_to_terms() -> None:
    own = thesaurus.read(OWN_WORDS)
    known = vocabularies.read(ROOT / "content" / "vocabularies.yaml")
    assert own.signed_terms
    for name, term in own.signed_terms:
        assert term in known[name].terms, (name, term)


# ---- Slips

LIBRARY = [
    *("safeguarding", "radicalisation", "passport", "mentor", "protocol", "extremism"),
    *("responsibility", "information", "vulnerable"),
]
STEMS = sorted(analysis.stem(word) for word in LIBRARY)
FORMS = {analysis.stem(word): word for word in LIBRARY}


def nearest(word: str, known: list[str] = STEMS) -> str:
    return spelling.nearest(word, known, lambda stem: 1, lambda stem: FORMS.get(stem, stem))


def slips(word: str) -> set[str]:
    """Return what one slip of the finger makes of a word, after its first two letters."""
    made = set()
    for at in range(2, len(word) - 1):
        before, here, after = word[:at], word[at], word[at + 1 :]
        made |= {before + after, before + after[0] + here + after[1:]}
        for letter in ("a", "e", "x", here):
            made |= {before + letter + after, before + letter + here + after}
    return {typed for typed in made if not spelling.is_english(typed)}


@pytest.mark.parametrize("word", LIBRARY)
def test_one_slip_of_the_finger_is_forgiven(word: str) -> None:
    assert [typed for typed in slips(word) if nearest(typed) != analysis.stem(word)] == []


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("house", "horse"),
        ("policy", "polic"),
        ("men", "mentor"),
        ("abc", "abcd"),
        ("s17", "s47"),
        ("1989", "1988"),
        ("e06000001", "e06000002"),
        ("xqzvkj", "passport"),
        ("pasprot", "passport"),
    ],
)
def test_an_english_word_a_number_a_short_word_and_a_far_one_are_no_slips(
    typed: str, known: str
) -> None:
    assert nearest(typed, [known]) == ""


def test_a_long_word_may_have_two_slips() -> None:
    assert nearest("safegaurdng") == analysis.stem("safeguarding")


def test_of_words_equally_near_the_one_that_most_records_have_is_meant() -> None:
    counts = {"mantor": 1, "mentor": 5, "montor": 2}
    form = str
    assert spelling.nearest("mxntor", list(counts), counts.__getitem__, form) == "mentor"
    counts["mentor"] = 0
    assert spelling.nearest("mxntor", list(counts), counts.__getitem__, form) == "montor"


def test_a_first_letter_is_seldom_wrong() -> None:
    assert spelling.nearest("mxntor", ["zxntor", "mentor"], lambda stem: 1, str) == "mentor"


@settings(max_examples=60, deadline=None)
@given(hidden=st.sets(st.text("abcdefgh", min_size=1, max_size=2), min_size=1, max_size=40))
def test_a_word_that_one_may_not_see_is_never_meant_and_hides_none(hidden: set[str]) -> None:
    theirs = {f"ment{piece}r" for piece in hidden} - {"mentor"}
    known = sorted({"mentor", *theirs})

    def seen(stem: str) -> int:
        return int(stem == "mentor")

    assert spelling.nearest("mentxr", known, seen, str) == "mentor"
    assert [stem for stem, _ in spelling.like("mentxr", known, seen, 3)] == ["mentor"]


def test_the_words_most_like_another_come_first_and_are_not_too_many() -> None:
    known = ["mentor", "mentorship", "mental", "passport"]
    found = spelling.like("mentro", known, lambda stem: 1, 2)
    assert [stem for stem, _ in found] == ["mentor", "mentorship"]
    assert all(0 < likeness <= 1 for _, likeness in found)


def test_a_word_is_read_as_any_two_that_were_run_together() -> None:
    assert ("earli", "help") in set(spelling.halves("earlyhelp"))
    assert ("safeguard", "lead") in set(spelling.halves("safeguardinglead"))
    assert not list(spelling.halves("help"))


@pytest.mark.parametrize("word", ["passport", "radical", "safeguarding", "mosque"])
def test_english_words_are_known(word: str) -> None:
    assert spelling.is_english(word)


@pytest.mark.parametrize(
    "word", ["pasport", "safegaurding", "", "\n", "passport\nradical", "the of"]
)
def test_what_is_no_english_word_is_known_to_be_none(word: str) -> None:
    assert not spelling.is_english(word)
