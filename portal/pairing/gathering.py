"""What pairing compares, gathered from rooms below: profiles, figures, answers of staff."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.accounts import leaving
from portal.assessment import confidence
from portal.assessment.confidence import Confidence
from portal.assessment.editions import Editions
from portal.authorities import figures, profiles
from portal.authorities.models import Authority
from portal.authorities.profiles import Profile
from portal.authorities.questions import QUESTIONS
from portal.core import clock
from portal.pairing.models import Pairing, PairingRule, Request, RequestState, RuleKind
from portal.pairing.sides import History, Pair, Side, from_answers

DECLINE_HOLDS = timedelta(days=365)
"""How long a refusal keeps two authorities from being offered to each other."""
_COMPARED = (
    *("tier", "other_tiers", "holds", "mash", "route", "prevalence", "prevent", "two_tier"),
    *("circumstances", "extremism", "case_volume", "training", "hosting", "capacity"),
    *("toward_tier", "toward_holds", "toward_mash", "toward_route", "asks_for_pairing"),
)


@dataclass(frozen=True)
class Data:
    """Everything that a comparison rests on, as it is now."""

    sides: tuple[Side, ...]
    history: History
    ids: Mapping[str, int]
    """Number of an authority by its code."""
    codes: Mapping[int, str]
    version: str
    """A digest that changes whenever anything does that a figure could depend on."""


def gather(session: Session, editions: Editions) -> Data:
    """Gather the data of all authorities of the register."""
    register = session.execute(
        select(Authority.id, Authority.code, Authority.region, Authority.two_tier)
    ).all()
    codes = {id_: code for id_, code, _, _ in register}
    known = profiles.profiles(session)
    answers = confidence.latest(session, editions)
    published, neighbours = figures.all_figures(session), figures.all_neighbours(session)
    load = _Load.of(session)
    led = leaving.led(session)
    sides = []
    for id_, code, region, two_tier in register:
        profile = known.get(id_, Profile(id_))
        said = answers.get(id_, Confidence(0))
        values = {key: profile.value(key) for key in _COMPARED if key in QUESTIONS}
        if values.get("two_tier") is None and two_tier is not None:
            values["two_tier"] = "yes" if two_tier else "no"
        sides.append(
            from_answers(
                values,
                code=code,
                region=region,
                figures=published[id_].percentages if id_ in published else {},
                neighbours={
                    codes[one.authority_id]: one.band.value for one in neighbours.get(id_, [])
                },
                themes=said.themes,
                vignettes=said.vignettes,
                confirmed_lead=id_ in led and profile.confirmed_at is not None and not profile.due,
                active=load.active.get(id_, 0),
                proposed=load.proposed.get(id_, 0),
                open_requests=load.asked.get(id_, 0),
                conflicts=frozenset(
                    codes[place] for place in profile.places("conflicts") if place in codes
                ),
            )
        )
    history = _history(session, codes)
    versions = {id_: profile.version for id_, profile in known.items()}
    waves = {id_: one.wave_id for id_, one in answers.items()}
    loaded = sorted((id_, one.year, dict(one.percentages)) for id_, one in published.items())
    listed = sorted((side.code, sorted(side.neighbours.items())) for side in sides)
    there = sorted((code, region, two_tier) for _, code, region, two_tier in register)
    said_all = json.dumps(
        [sorted(versions.items()), sorted(waves.items()), loaded, listed, there], sort_keys=True
    )
    version = hashlib.sha256(said_all.encode()).hexdigest()[:16]
    return Data(tuple(sides), history, {code: id_ for id_, code in codes.items()}, codes, version)


@dataclass(frozen=True)
class _Load:
    """What each authority carries now, by its number."""

    active: Mapping[int, int]
    proposed: Mapping[int, int]
    """Proposals of a round that it has agreed to and the other side has not."""
    asked: Mapping[int, int]

    @classmethod
    def of(cls, session: Session) -> "_Load":
        running = Pairing.ended_on.is_(None), Pairing.ends_on >= clock.today()
        is_open = Request.state == RequestState.OPEN
        return cls(
            active=_counted(session, Pairing.host_id, *running),
            proposed=_counted(
                session, Request.host_id, is_open, Request.host_agreed_at.is_not(None)
            ),
            asked=_counted(session, Request.asking_id, is_open),
        )


def _counted(
    session: Session,
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    *where: ColumnElement[bool],
) -> dict[int, int]:
    query = select(column, func.count()).where(*where).group_by(column)
    return {id_: n for id_, n in session.execute(query) if id_ is not None}


def _history(session: Session, codes: Mapping[int, str]) -> History:
    today = clock.today()
    paired: list[Pair] = []
    before: list[Pair] = []
    query = select(Pairing.asking_id, Pairing.host_id, Pairing.ended_on, Pairing.ends_on)
    for asking, host, ended, ends in session.execute(query):
        pair = (codes[asking], codes[host])
        (paired if ended is None and ends >= today else before).append(pair)
    refused = select(Request.asking_id, Request.host_id).where(
        Request.state == RequestState.DECLINED, Request.ended_at > clock.now() - DECLINE_HOLDS
    )
    standing = select(PairingRule).where(PairingRule.lifted_at.is_(None))
    rules = list(session.scalars(standing))
    excused = {_pair(codes, rule) for rule in rules if rule.kind == RuleKind.OVERRIDE}
    excused |= {(host, asking) for asking, host in excused}
    declined = [(codes[a], codes[h]) for a, h in session.execute(refused) if h is not None]
    return History(
        paired=paired,
        before=[pair for pair in before if pair not in excused],
        declined=[pair for pair in declined if pair not in excused],
        blocked=[_pair(codes, rule) for rule in rules if rule.kind == RuleKind.BLOCK],
    )


def _pair(codes: Mapping[int, str], rule: PairingRule) -> Pair:
    return codes[rule.asking_id], codes[rule.host_id]
