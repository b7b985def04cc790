"""The strict loader of content files, and its inverse. Pure: no database, no Flask.

The format is described in `docs/content-format.md`.
"""

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
)

from portal.library import pathway
from portal.library.vocabularies import AUDIENCES, NOT_STATED, Vocabularies

FOLDERS = {"case": "cases", "guidance": "guidance", "protocol": "protocols", "glossary": "glossary"}
PREFIXES = {"case": "case", "guidance": "guidance", "protocol": "protocol", "glossary": "term"}
CASE_HEADINGS = [
    "Background",
    "Concern",
    "Who raised it",
    "Assessment",
    "What was done",
    "Outcome",
    "Learning",
    "Points to consider",
]
OPTIONAL_CASE_HEADINGS = ["Who was involved", "What helped", "What got in the way"]
"""Headings that a case may have besides, in this order, after "What was done"."""
CASE_HAS = "a case has exactly these ## headings"
LINK = re.compile(r"\(doc:([^)\s]*)\)")
_ADDRESS = re.compile(r"\bdoc:(?=\w)", re.IGNORECASE)
_HEADING = re.compile(r"^(#{1,6}) *(.+?) *#*$", re.MULTILINE)
_UNDERLINED = re.compile(r"(?:\A|\n[ \t]*\n)(.+)\n[=-]+ *$", re.MULTILINE)
_HTML = re.compile(r"<!--|</?(?!https?:|mailto:)[A-Za-z][^>]*>")
_PICTURE = re.compile(r"!\[[^\]]*\]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(frozen=True, order=True)
class Problem:
    """Something to mend before anything is loaded."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z]+-\d{3,}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Source(_Strict):
    """A publication that an item rests on."""

    title: Text
    year: Year
    part: Text | None = None


class Definition(_Strict):
    """One of several competing definitions of a term."""

    text: Text
    source: Text
    year: Year


class Related(_Strict):
    """Another item, with the reason that a reader sees."""

    id: Reference
    why: Annotated[Text, Field(max_length=120)]


StepId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]


class Branch(_Strict):
    """A way on from a step of a pathway."""

    to: StepId
    when: Annotated[Text, Field(max_length=200)]


class Step(_Strict):
    """A step of a pathway."""

    id: StepId
    title: Annotated[Text, Field(max_length=90)]
    role: Annotated[Text, Field(max_length=90)]
    within: Annotated[Text, Field(max_length=60)]
    door: bool | None = None
    text: Annotated[Text, Field(max_length=500)]
    then: Annotated[list[Branch], Field(max_length=8)] | None = None


class Pathway(_Strict):
    """The steps that a referral goes through."""

    steps: Annotated[list[Step], Field(max_length=30)]


_PARTS: Mapping[str, type[BaseModel]] = {
    "sources": Source,
    "definitions": Definition,
    "related": Related,
    "pathway": Pathway,
    "pathway.steps": Step,
    "pathway.steps.then": Branch,
}
"""Models of the fields that hold fields, by their names from the outside in."""
_OR_NOT_STATED = {
    "practice_year": "a year, for instance 2016,",
    "law_as_at": "a date, for instance 2026-11-23,",
}


@dataclass(frozen=True)
class Item:
    """A content file that has passed every check."""

    path: Path
    fields: Mapping[str, Any]
    """Front matter in the order of the format; terms as lists whether one or many."""
    body: str

    @property
    def id(self) -> str:
        """The reference of the item."""
        return str(self.fields["id"])

    @property
    def type(self) -> str:
        """The type of the item."""
        return str(self.fields["type"])


@dataclass
class _Source:
    """A file on its way: its text in two parts, and the line on which each field stands."""

    path: Path
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    body_line: int = 1
    body: str = ""
    problems: list[Problem] = field(default_factory=list)

    def problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.path, line, message))

    def line_of(self, where: Sequence[str | int]) -> int:
        """Return the line of a field, or of the nearest thing that holds it."""
        for length in range(len(where), 0, -1):
            if line := self.lines.get(tuple(where[:length])):
                return line
        return 1


def _alone(terms: list[str]) -> list[str]:
    if NOT_STATED in terms and len(terms) > 1:
        raise ValueError(f"{NOT_STATED} stands alone: keep it or the other terms")
    if len(set(terms)) != len(terms):
        raise ValueError("a term is given twice: keep one")
    return terms


@lru_cache(maxsize=8)
def models(vocabularies: Vocabularies) -> dict[str, type[BaseModel]]:
    """Return a model of the front matter for each type, fields in the order of the format."""
    return {type_: _model(type_, vocabularies) for type_ in FOLDERS}


def _model(type_: str, vocabularies: Vocabularies) -> type[BaseModel]:
    title = Annotated[Text, Field(max_length=90)]
    fields: dict[str, Any] = {"id": Reference, "type": Literal[type_], "title": title}
    lawful = type_ in {"guidance", "protocol"}
    if lawful:
        fields["question"] = (Annotated[Text, Field(max_length=90)] | None, None)
    if type_ == "glossary":
        fields["also"] = list[Text]
        fields["definitions"] = Annotated[list[Definition], Field(min_length=1)]
    fields["summary"] = Annotated[Text, Field(max_length=300)]
    fields["search_words"] = (list[Annotated[Text, Field(max_length=60)]] | None, None)
    fields["audience"] = Literal[tuple(AUDIENCES)]
    for vocabulary in vocabularies.of_type(type_):
        term: Any = Literal[tuple(vocabulary.terms)]
        many: Any = Annotated[list[term], Field(min_length=1), AfterValidator(_alone)]
        fields[vocabulary.key] = many if vocabulary.many else term
    fields["sources"] = Annotated[list[Source], Field(min_length=1)]
    fields["practice_year"] = Year | Literal["not-stated"]
    if lawful:
        fields["law"] = list[Annotated[Text, Field(max_length=200)]]
        fields["law_as_at"] = date | Literal["not-stated"]
    if type_ == "protocol":
        fields["pathway"] = (Pathway | None, None)
    if type_ == "case":
        fields["contributing_authority"] = Text
    fields |= {"published": date, "reviewed": date, "review_by": date, "related": list[Related]}
    required: Any = {k: v if isinstance(v, tuple) else (v, ...) for k, v in fields.items()}
    model: type[BaseModel] = create_model(f"{type_.title()}File", __base__=_Strict, **required)
    return model


def read_folder(
    folder: Path,
    vocabularies: Vocabularies,
    authorities: Iterable[str],
    library: Mapping[str, str] = MappingProxyType({}),
) -> tuple[list[Item], list[Problem]]:
    """Read every item under `folder`.

    `authorities` are the codes of the register, `library` the audiences, by reference, of what is
    in the library already: items may link to it. Returns the items in the order of their ids, and
    every problem of every file. Where there is a problem, load nothing.
    """
    kinds = models(vocabularies)
    sources: list[tuple[_Source, dict[str, Any] | None]] = []
    for type_, name in FOLDERS.items():
        for path in sorted((folder / name).glob("*.md")):
            sources.append(_read(path, type_, kinds[type_], vocabularies))
    # by file name: an item with a problem is still there to be linked to
    known = {source.path.stem for source, _ in sources} | set(library)
    codes = set(authorities)
    places: dict[str, Path] = {}
    for source, fields in sources:
        _check_links(source, known)
        if fields is not None:
            _check_references(source, fields, known, codes, places)
    audiences = dict(library) | {str(f["id"]): str(f["audience"]) for _, f in sources if f}
    for source, fields in sources:
        if fields is not None:
            _check_audiences(source, fields, audiences)
    problems = sorted({problem for source, _ in sources for problem in source.problems})
    items = [Item(source.path, fields, source.body) for source, fields in sources if fields]
    return sorted(items, key=lambda item: item.id), problems


def _read(
    path: Path, type_: str, model: type[BaseModel], vocabularies: Vocabularies
) -> tuple[_Source, dict[str, Any] | None]:
    source = _Source(path)
    data = _front_matter(source)
    if data is None:
        return source, None
    _check_body(source, type_)
    return source, _validated(source, data, type_, model, vocabularies)


def _validated(
    source: _Source,
    data: Mapping[str, Any],
    type_: str,
    model: type[BaseModel],
    vocabularies: Vocabularies,
) -> dict[str, Any] | None:
    """Return the fields of the front matter, or put down what is wrong with them."""
    try:
        checked = model.model_validate(data)
    except ValidationError as error:
        for detail in error.errors():
            where = tuple(
                part for part in detail["loc"] if part in data or detail["loc"][0] in data
            )
            source.problem(
                source.line_of(where or detail["loc"]), _advice(detail, model, type_, vocabularies)
            )
        return None
    _check_dates_and_name(source, data)
    fields = checked.model_dump(exclude_none=True)
    if "pathway" in fields:
        _check_pathway(source, fields["pathway"])
    for vocabulary in vocabularies.of_type(type_):
        if not vocabulary.many:
            fields[vocabulary.key] = [fields[vocabulary.key]]
    return fields


def parse(text: str) -> tuple[dict[str, Any], str]:
    """Return the front matter and the body of a content file that was checked before."""
    _, front, body = re.split(r"^---[ \t]*\n", text, maxsplit=2, flags=re.MULTILINE)
    fields: dict[str, Any] = yaml.load(front, Loader=_Loader)  # noqa: S506 (a safe loader)
    return fields, body.strip("\n")


def checked(
    type_: str,
    data: Mapping[str, Any],
    body: str,
    vocabularies: Vocabularies,
    library: Mapping[str, str],
    authorities: Iterable[str] = (),
) -> tuple[Item | None, list[tuple[str, str]]]:
    """Check an item that comes from a form: its front matter and its Markdown.

    `data` is what a content file would hold; `library` has the audiences of the documents there, by
    reference, and `authorities` the codes of the register. Returns the item if all is well, and
    every problem as the name of the field, or "body", with what to do.
    """
    source = _Source(Path(f"{data['id']}.md"), body=body)
    model = models(vocabularies)[type_]
    every = list(dict.fromkeys([*model.model_fields, *data]))
    source.lines = {(name,): place for place, name in enumerate(every, 1)}
    source.body_line = len(every) + 1
    names = dict(enumerate([*every, "body"], 1))
    fields = _validated(source, data, type_, model, vocabularies)
    known = {*library, str(data["id"])}
    _check_body(source, type_)
    _check_links(source, known)
    if fields is not None:
        _check_references(source, fields, known, set(authorities), {})
        _check_audiences(source, fields, library)
    problems = [
        (names.get(problem.line, "body"), _to_people(problem.message))
        for problem in sorted(source.problems)
    ]
    item = Item(source.path, fields, body) if fields is not None and not problems else None
    return item, problems


def _to_people(message: str) -> str:
    """Say what is missing to somebody who sees a form and not a file."""
    return "this is still to be written" if message.startswith("missing field") else message


def check_section(text: str, library: Iterable[str]) -> list[str]:
    """Return what has to be mended in the Markdown of one section of a case, as `checked` says it.

    Headings of level 2 are the sections' own. `library` are the references it may link to.
    """
    source = _Source(Path(), body=text)
    _check_body(source, "")
    _check_links(source, set(library))
    made = [problem.message for problem in sorted(source.problems)]
    made += [
        f"write the heading “{match[2]}” with ###: ## is for the names of the sections"
        for match in _HEADING.finditer(text)
        if len(match[1]) == 2
    ]
    return made


class _Loader(yaml.CSafeLoader):
    """A date that is in no calendar stays text, so that the check of its field reports it."""


def _construct_date(loader: _Loader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _construct_date)


def _front_matter(source: _Source) -> dict[str, Any] | None:
    try:
        text = source.path.read_text(encoding="utf-8-sig")  # some editors begin with a mark
    except UnicodeDecodeError:
        source.problem(1, "save the file as UTF-8 text")
        return None
    if match := _CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        source.problem(line, f"take out the invisible character U+{ord(match[0]):04X}")
        return None
    parts = re.split(r"^---[ \t]*\n", text.replace("\r\n", "\n"), maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0]:
        source.problem(1, "begin with front matter: a line ---, the fields, and a line --- again")
        return None
    source.body_line = parts[1].count("\n") + 3 + len(parts[2]) - len(parts[2].lstrip("\n"))
    source.body = parts[2].strip("\n")
    try:
        node = yaml.compose(parts[1], Loader=_Loader)
        _mark_lines(source, node, ())
        data = yaml.load(parts[1], Loader=_Loader)  # noqa: S506 (a safe loader)
    except RecursionError:
        source.problem(2, "take the YAML apart: it is nested too deeply")
        return None
    except ValueError:
        source.problem(2, "take out what begins with !!: a field is plain text, a date or a list")
        return None
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 2
        source.problem(
            line, f"mend the YAML here: {error.problem} (quote a text that holds a colon)"
        )
        return None
    if not isinstance(data, dict):
        source.problem(2, "write the front matter as fields, for instance title: …")
        return None
    return data


def _mark_lines(source: _Source, node: yaml.Node | None, where: tuple[str | int, ...]) -> None:
    """Remember on which line each field stands; a field given twice is a problem."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # the loader itself reports what can't be a key
            line = key.start_mark.line + 2
            if key.value in seen:
                source.problem(line, f"{key.value} is given twice: keep one")
            seen.add(key.value)
            source.lines[(*where, key.value)] = line
            _mark_lines(source, value, (*where, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            source.lines[(*where, place)] = value.start_mark.line + 2
            _mark_lines(source, value, (*where, place))


def _advice(detail: Any, model: type[BaseModel], type_: str, vocabularies: Vocabularies) -> str:
    """Say in plain words what to write instead."""
    where: tuple[str | int, ...] = detail["loc"]
    name = ".".join(str(part) for part in where if isinstance(part, str))
    given = detail.get("input")
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_field(where, model, type_)
        case "missing":
            return f"missing field {name}: add it{_meaning(str(where[0]), vocabularies)}"
        case _ if where[0] in _OR_NOT_STATED:
            wanted = _OR_NOT_STATED[str(where[0])]
            return f"write {where[0]} as {wanted} or {NOT_STATED}, not {given!r}"
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
            close = difflib.get_close_matches(str(given), allowed, 1)
            hint = f"did you mean {close[0]}? " if close else ""
            return f"unknown term {given!r} in {name}: {hint}Write one of {', '.join(allowed)}"
        case "list_type" | "model_type":
            return _list_wanted(name, given, vocabularies)
        case "string_type":
            return f"write {name} as text; quote what looks like a number or a date"
        case "date_type" | "date_parsing" | "date_from_datetime_parsing":
            return f"write {name} as a date, for instance 2026-11-23, not {given!r}"
        case "string_too_long":
            return (
                f"shorten {name} to {detail['ctx']['max_length']} characters; it has {len(given)}"
            )
        case "string_pattern_mismatch" | "bool_type":
            return f"write {name} {_pattern(name)}"
        case _:
            message = detail["msg"].removeprefix("Value error, ")
            return f"{name}: {message[0].lower()}{message[1:]}"


def _pattern(name: str) -> str:
    if name == "pathway.steps.door":
        return "as true, or leave it out"
    if name.startswith("pathway"):
        return "in small letters, digits and hyphens, for instance first-call"
    return "as a word, a hyphen and three digits, for instance case-003"


def _unknown_field(where: tuple[str | int, ...], model: type[BaseModel], type_: str) -> str:
    holder, owner = model, f"a {type_}"
    if len(where) > 1:
        within = ".".join(str(part) for part in where[:-1] if isinstance(part, str))
        holder, owner = _PARTS[within], f"an entry of {within}"
    close = difflib.get_close_matches(str(where[-1]), list(holder.model_fields), 1)
    hint = f"write {close[0]}" if close else f"take it out; {owner} has no such field"
    return f"unknown field {where[-1]}: {hint}"


def _list_wanted(name: str, given: Any, vocabularies: Vocabularies) -> str:
    if name == "pathway":
        return "write pathway as a field steps, which holds the list of steps"
    if name in _PARTS:
        return f"write {name} as a list whose entries have {', '.join(_PARTS[name].model_fields)}"
    example = given or (NOT_STATED if name in vocabularies else "")
    return f"write {name} as a list, for instance {name}: [{example}]"


def _meaning(name: str, vocabularies: Vocabularies) -> str:
    if name not in vocabularies:
        return " as docs/content-format.md describes it"
    vocabulary = vocabularies[name]
    first = ", ".join(list(vocabulary.terms)[:3])
    return f" ({vocabulary.hint.lower()}): {first} … or {NOT_STATED}"


def _check_dates_and_name(source: _Source, data: Mapping[str, Any]) -> None:
    if source.path.stem != data["id"]:
        source.problem(source.line_of(["id"]), f"write id: {source.path.stem}, or rename the file")
    prefix = PREFIXES[data["type"]]
    if not data["id"].startswith(f"{prefix}-"):
        source.problem(source.line_of(["id"]), f"the id of a {data['type']} begins with {prefix}-")
    if data["reviewed"] < data["published"]:
        source.problem(source.line_of(["reviewed"]), "reviewed can't be before published")
    if data["review_by"] <= data["reviewed"]:
        source.problem(source.line_of(["review_by"]), "review_by must be after reviewed")


def _check_pathway(source: _Source, data: Mapping[str, Any]) -> None:
    """Report what makes a pathway unreadable; what is only odd is shown to curators."""
    places = {step["id"]: place for place, step in enumerate(data["steps"])}
    for problem in pathway.check(pathway.read(data)):
        if problem.is_error:
            where: list[str | int] = ["pathway", "steps"]
            where += [places[problem.step_id]] if problem.step_id else []
            source.problem(source.line_of(where), problem.message)


def _check_body(source: _Source, type_: str) -> None:
    headings = [(m.start(), len(m[1]), m[2]) for m in _HEADING.finditer(source.body)]
    for start, level, text in headings:
        if level not in {2, 3}:
            line = source.body_line + source.body.count("\n", 0, start)
            source.problem(line, f"write the heading “{text}” with ## or ###")
    for match in _UNDERLINED.finditer(source.body):
        line = source.body_line + source.body.count("\n", 0, match.start(1))
        source.problem(line, f"write the heading “{match[1]}” with ## or ###, not a line below it")
    second = [text for _, level, text in headings if level == 2]
    if type_ == "case" and second != _case_headings(second):
        wanted = ", ".join(CASE_HEADINGS)
        source.problem(
            source.body_line,
            f"{CASE_HAS} in order: {wanted}; after What was done it may "
            f"have {', '.join(OPTIONAL_CASE_HEADINGS)}",
        )
    if type_ in {"guidance", "protocol"} and len(second) < 2:
        source.problem(source.body_line, "break the text up with at least two ## headings")
    if not source.body:
        source.problem(source.body_line, "write the text below the front matter")
    for match in _HTML.finditer(source.body):
        line = source.body_line + source.body.count("\n", 0, match.start())
        source.problem(line, f"take out {match[0]}: write Markdown, HTML is shown as text")
    for match in _PICTURE.finditer(source.body):
        line = source.body_line + source.body.count("\n", 0, match.start())
        source.problem(line, "take out the picture: say in words what it shows")


def _case_headings(given: Sequence[str]) -> list[str]:
    """Return the headings of a case in their order, with those optional ones that are given."""
    after_what_was_done = CASE_HEADINGS.index("What was done") + 1
    optional = [heading for heading in OPTIONAL_CASE_HEADINGS if heading in given]
    return CASE_HEADINGS[:after_what_was_done] + optional + CASE_HEADINGS[after_what_was_done:]


def _check_references(
    source: _Source,
    fields: dict[str, Any],
    known: set[str],
    codes: set[str],
    places: dict[str, Path],
) -> None:
    own = fields["id"]
    if own in places:
        source.problem(
            source.line_of(["id"]), f"id {own} is taken by {places[own]}; choose another"
        )
    places[own] = source.path
    for place, related in enumerate(fields["related"]):
        line = source.line_of(["related", place, "id"])
        _check_target(source, line, related["id"], own, known)
    code = fields.get("contributing_authority", NOT_STATED)
    if code != NOT_STATED and code not in codes:
        line = source.line_of(["contributing_authority"])
        source.problem(line, f"no authority {code} in the register: write its code or {NOT_STATED}")


def _check_links(source: _Source, known: set[str]) -> None:
    own, body = source.path.stem, source.body
    for match in LINK.finditer(body):
        line = source.body_line + body.count("\n", 0, match.start())
        _check_target(source, line, match[1], own, known)
    for match in _ADDRESS.finditer(body):
        # Markdown knows more ways to write a link; with one way none escapes the check above
        before = match.start() - 2
        if body[max(0, before) : match.start()] != "](" or not LINK.match(body, before + 1):
            line = source.body_line + body.count("\n", 0, match.start())
            source.problem(line, "write a link as [its title](doc:case-003), and nothing else")


def _check_audiences(source: _Source, fields: dict[str, Any], audiences: Mapping[str, str]) -> None:
    """A link tells its readers that its target exists and what it is called."""
    width = list(AUDIENCES).index
    body = source.body
    targets = [
        (source.line_of(["related", place, "id"]), entry["id"])
        for place, entry in enumerate(fields["related"])
    ] + [
        (source.body_line + body.count("\n", 0, match.start()), match[1])
        for match in LINK.finditer(body)
    ]
    for line, target in targets:
        audience = audiences.get(target)
        if audience and width(audience) > width(fields["audience"]):
            source.problem(
                line, f"not everyone who reads this may know of {target} ({audience}): take it out"
            )


def _check_target(source: _Source, line: int, target: str, own: str, known: set[str]) -> None:
    if target == own:
        source.problem(line, f"{target} is this item itself: name another")
    elif target not in known:
        close = difflib.get_close_matches(target, sorted(known), 1)
        hint = f"did you mean {close[0]}?" if close else "name an item of the library"
        source.problem(line, f"{target or 'an empty reference'} leads nowhere: {hint}")


class _Dumper(yaml.CSafeDumper):
    """Lists of plain values on one line, everything else as YAML likes it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True  # the same date twice is written twice


MOST_ON_A_LINE = 20
"""Values that a list on one line may hold; a longer one, such as the search words, is a column."""


def _represent_list(dumper: _Dumper, data: list[Any]) -> yaml.Node:
    plain = not any(isinstance(value, dict | list) for value in data)
    flat = plain and len(data) <= MOST_ON_A_LINE
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flat)


_Dumper.add_representer(list, _represent_list)


def dump(fields: Mapping[str, Any], body: str, vocabularies: Vocabularies) -> str:
    """Return the text of a content file: the inverse of reading it."""
    shown = {
        key: value[0] if key in vocabularies and not vocabularies[key].many else value
        for key, value in fields.items()
    }
    front = yaml.dump(
        shown,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=10**6,
    )
    return f"---\n{front}---\n\n{body}\n"


def content_hash(fields: Mapping[str, Any], body: str) -> str:
    """Return the SHA-256 of everything that an item says."""
    text = yaml.dump(dict(fields), Dumper=_Dumper, sort_keys=True, allow_unicode=True)
    return hashlib.sha256(f"{text}\0{body}".encode()).hexdigest()
